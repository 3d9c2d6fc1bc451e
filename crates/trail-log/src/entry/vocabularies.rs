//! The words that fields of entries can have.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Through what kind of program a tool was used.
    Integration {
        /// An editor.
        Editor = "editor",
        /// A command line.
        CommandLine = "command-line",
        /// A job of continuous integration.
        Ci = "ci",
        /// An agent that works by itself.
        Agent = "agent",
        /// A chat in a browser.
        WebChat = "web-chat",
    }
}

vocabulary! {
    /// Where the id of a model comes from.
    ModelSource {
        /// The provider's answer: the exact id.
        Provider = "provider",
        /// The tool's hook or transcript.
        Tool = "tool",
        /// A setting: what was asked for, which may not be what answered.
        Requested = "requested",
    }
}

vocabulary! {
    /// What is known of a model's reasoning.
    Reasoning {
        /// It is in the recorded output.
        Recorded = "recorded",
        /// The provider does not hand it out.
        Withheld = "withheld",
        /// There was none.
        None = "none",
    }
}

vocabulary! {
    /// Who decided.
    Actor {
        /// A person.
        Human = "human",
        /// A rule that somebody set before.
        Policy = "policy",
        /// A program that was asked by the tool.
        Hook = "hook",
        /// Nobody: the tool accepts by itself.
        Automatic = "automatic",
        /// The source does not say.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// How a session ended.
    SessionEnd {
        /// By itself.
        Finished = "finished",
        /// Somebody ended it.
        Interrupted = "interrupted",
        /// It failed.
        Failed = "failed",
        /// Nothing was heard of it any more.
        Lost = "lost",
    }
}

vocabulary! {
    /// What a commit declares about AI use.
    AttestationState {
        /// All that is required.
        Complete = "complete",
        /// Some of it.
        Partial = "partial",
        /// In a form that does not count.
        WrongForm = "wrong-form",
        /// That no AI was used.
        Denied = "denied",
        /// Something that cannot be read.
        Unreadable = "unreadable",
        /// Nothing.
        Absent = "absent",
    }
}

vocabulary! {
    /// Where a declaration stands.
    AttestationForm {
        /// A trailer of the commit's message.
        Trailer = "trailer",
        /// A signed note beside the commit.
        Note = "note",
        /// A field of the request.
        Request = "request",
        /// The commit's author or committer.
        Identity = "identity",
    }
}

vocabulary! {
    /// What was found about a block of code.
    Verdict {
        /// Declared.
        Attested = "attested",
        /// Declared in part.
        Partial = "partial",
        /// Declared in a form that does not count.
        WrongForm = "wrong-form",
        /// Denied, and it reads like AI-generated code.
        Contradicted = "contradicted",
        /// Not declared, and it reads like AI-generated code.
        Unattested = "unattested",
        /// Declared in a form that cannot be read.
        Unreadable = "unreadable",
        /// It does not read like AI-generated code.
        Unlikely = "unlikely",
        /// Nothing can be said.
        Unknown = "unknown",
        /// The record has these lines.
        Recorded = "recorded",
    }
}

vocabulary! {
    /// What a person decided about a finding.
    Resolution {
        /// It does not hold.
        Dismissed = "dismissed",
        /// It holds.
        Confirmed = "confirmed",
        /// The missing declaration was made.
        Attested = "attested",
    }
}

vocabulary! {
    /// How a review ended.
    ReviewOutcome {
        /// Approved.
        Approved = "approved",
        /// Changes were asked for.
        ChangesRequested = "changes-requested",
        /// Only comments.
        Commented = "commented",
        /// Merged.
        Merged = "merged",
    }
}

vocabulary! {
    /// How one commit took over from another, or what a commit belongs to.
    LinkKind {
        /// Several became one.
        Squash = "squash",
        /// It was made again on another base.
        Rebase = "rebase",
        /// It was copied to another branch.
        CherryPick = "cherry-pick",
        /// It was changed in place.
        Amend = "amend",
        /// It was reverted.
        Revert = "revert",
        /// A request brought it.
        Request = "request",
    }
}

vocabulary! {
    /// What is known of a commit or line that landed.
    Evidence {
        /// Recorded, and declared.
        RecordedDeclared = "recorded+declared",
        /// Recorded.
        Recorded = "recorded",
        /// Declared.
        Declared = "declared",
        /// Denied.
        Denied = "denied",
        /// Style alone.
        Inferred = "inferred",
        /// Every assessed tool was heard of, and none touched it.
        NothingRecorded = "nothing-recorded",
        /// Nothing is known. Unknown is not human.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// Why something is not known.
    GapCause {
        /// The client had not joined the trail.
        NotEnrolled = "not-enrolled",
        /// The person paused the capture.
        Paused = "paused",
        /// The client was not heard of, and had not signed off.
        Silent = "silent",
        /// Numbers of the client are missing.
        NumbersMissing = "numbers-missing",
        /// Only sizes and times were captured, not the text.
        LightTier = "light-tier",
        /// It was pasted from a program that no capture sees.
        Pasted = "pasted-from-outside",
        /// The body was deleted under a rule or on request.
        BodyPurged = "body-purged",
        /// Secrets or names were taken out.
        Redacted = "redacted",
        /// The tool is not one that the trail knows.
        ToolUnknown = "tool-unknown",
        /// The commit was rewritten, and what it became is not known.
        CommitRewritten = "commit-rewritten",
        /// It is older than the trail.
        BeforeTrail = "before-trail",
        /// The client ran out of room and counted what it dropped.
        Overflow = "overflow",
        /// The client's spool was damaged, and what had not been sent from it is lost.
        SpoolDamaged = "spool-damaged",
        /// The collector ran out of room for bodies.
        BodyRefused = "body-refused",
        /// The collector was restored from a backup, and clients have not sent again what came after.
        RestoredBackup = "restored-backup",
        /// The collector showed two histories, and nobody has said yet which one counts.
        Fork = "fork",
    }
}

vocabulary! {
    /// How a gap was closed.
    GapClosing {
        /// What was missing arrived.
        Arrived = "arrived",
        /// The client said what it dropped; a gap with that cause takes over.
        Accounted = "accounted",
        /// It was heard of again.
        Resumed = "resumed",
        /// An operator decided.
        Resolved = "resolved",
    }
}

vocabulary! {
    /// Why something was asked of the trail.
    Purpose {
        /// An incident.
        Incident = "incident",
        /// An audit.
        Audit = "audit",
        /// Figures.
        Report = "report",
        /// A review of a change.
        Review = "review",
        /// A person looks at their own trail.
        Own = "own",
        /// Keeping the trail itself in order.
        Operation = "operation",
        /// An exercise.
        Drill = "drill",
    }
}

vocabulary! {
    /// What happened to a hold.
    HoldState {
        /// Placed: nothing of it may be deleted.
        Placed = "placed",
        /// Lifted.
        Lifted = "lifted",
    }
}

vocabulary! {
    /// Where an exercise stands.
    DrillStage {
        /// It began.
        Started = "started",
        /// It was looked for.
        Checked = "checked",
        /// It is over.
        Ended = "ended",
    }
}

vocabulary! {
    /// Why an event could not be read.
    UnreadableCause {
        /// It is not JSON.
        Syntax = "syntax",
        /// A field that every event has is missing or has no value that can be read.
        Field = "field",
        /// It is longer than an entry can be.
        TooLong = "too-long",
        /// It is nested too deeply.
        TooDeep = "too-deep",
        /// It is of a format that the collector does not know.
        Format = "format",
        /// It is of a kind that only the collector itself records.
        Reserved = "reserved",
    }
}
