//! Rows that are changed together with the entry that says so.

use ai_detect_trail_log::commitment::Commitment;
use ai_detect_trail_log::ids::{ClientId, GapId, TokenId};
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::number::Micros;
use rusqlite::{Connection, params};

use crate::clients;
use crate::gaps;
use crate::invitations::{self, InvitationId, NewInvitation};
use crate::rows::stored;
use crate::silence;
use crate::tokens::NewToken;

/// Rows that are changed together with the entry that says so.
#[derive(Debug, Clone)]
pub enum Change {
    /// A new token.
    AddToken(NewToken),
    /// A token that is no longer good.
    RevokeToken(TokenId),
    /// A one-time code with which a client can join.
    Invite(NewInvitation),
    /// A client joins with such a code, which counts no more.
    Join {
        /// The code.
        invitation: InvitationId,
        /// The token that the client gets.
        token: NewToken,
    },
    /// A client sends no more: its silence is no gap.
    RetireClient(ClientId),
    /// A client may send no more: its tokens and codes are no longer good.
    RevokeClient(ClientId),
    /// The configuration of the trail, by the commitment to it.
    Configuration(Commitment),
    /// A checkpoint that a client holds and the log does not continue.
    Fork {
        /// Its size.
        size: u64,
        /// Its root.
        root: TreeHash,
        /// The gap that the entry opens.
        gap: GapId,
    },
    /// A client is not heard of any more.
    Silence {
        /// The client.
        client: ClientId,
        /// When it was heard of last.
        heard: Micros,
    },
    /// An operator closes a gap.
    CloseGap(GapId),
}

impl Change {
    /// Changes the rows. Returns whether anything has changed.
    pub(crate) fn apply(&self, connection: &Connection, at: Micros) -> rusqlite::Result<bool> {
        let changed = match self {
            Self::AddToken(token) => add_token(connection, token, at)?,
            Self::RevokeToken(id) => connection.execute(
                "UPDATE token SET revoked = ?2 WHERE id = ?1 AND revoked IS NULL",
                params![id.to_string(), at.get()],
            )?,
            Self::Invite(invitation) => invitations::add(connection, invitation, at)?,
            Self::Join { invitation, token } => {
                if invitations::use_up(connection, invitation, at)? == 0 {
                    return Ok(false);
                }
                add_token(connection, token, at)?
            }
            Self::RetireClient(client) => clients::retire(connection, client, at)?,
            Self::RevokeClient(client) => clients::revoke(connection, client, at)?,
            Self::Configuration(commitment) => connection
                .execute("INSERT OR REPLACE INTO setting VALUES ('configuration', ?1)", [commitment.to_string()])?,
            Self::Fork { size, root, gap } => connection.execute(
                "INSERT OR IGNORE INTO fork VALUES (?1, ?2, ?3)",
                params![stored(*size), root.as_bytes().as_slice(), gap.to_string()],
            )?,
            // The row of the gap comes with its entry.
            Self::Silence { client, heard } => return silence::is_to_be_noted(connection, client, *heard),
            Self::CloseGap(gap) => gaps::close(connection, *gap)?,
        };
        Ok(changed > 0)
    }
}

fn add_token(connection: &Connection, token: &NewToken, at: Micros) -> rusqlite::Result<usize> {
    let client = token.client.as_ref().map(ClientId::as_str);
    connection.execute(
        "INSERT INTO token VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)",
        params![token.id.to_string(), token.hash.as_slice(), token.role.word(), token.name, client, at.get()],
    )
}
