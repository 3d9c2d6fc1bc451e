//! Starting programs of the user. Each gets only the variables that it needs: secrets of a job, such as `GITHUB_TOKEN`,
//! are not passed on, so neither the program nor what it starts in turn can see them.

use std::ffi::OsStr;
use std::process::Command;

/// What is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Fetches what is missing from a checkout.
    Git,
    /// To sign with an SSH key.
    SshKeygen,
    /// To sign with an OpenPGP key.
    Gpg,
}

impl Program {
    /// The program by its name on the user's PATH, with the variables that it may see.
    pub fn command(self) -> Command {
        let mut command = Command::new(self.name());
        command.env_clear();
        command.envs(std::env::vars_os().filter(|(name, _)| self.sees(name)));
        command
    }

    fn name(self) -> &'static str {
        match self {
            Program::Git => "git",
            Program::SshKeygen => "ssh-keygen",
            Program::Gpg => "gpg",
        }
    }

    /// Whether a variable is handed on.
    fn sees(self, name: &OsStr) -> bool {
        let Some(name) = name.to_str() else { return false };
        let own: &[&[&str]] = match self {
            Program::Git => &[COMMON, GIT, NETWORK, SSH],
            Program::SshKeygen => &[COMMON, SSH],
            Program::Gpg => &[COMMON, GPG],
        };
        let is = |known: &&str| if cfg!(windows) { known.eq_ignore_ascii_case(name) } else { *known == name };
        let is_numbered = |start: &str| {
            let number = name.strip_prefix(start);
            number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        };
        own.iter().copied().flatten().any(is)
            || name.starts_with("LC_")
            || (self == Program::Git && (is_numbered("GIT_CONFIG_KEY_") || is_numbered("GIT_CONFIG_VALUE_")))
    }
}

/// Where programs, people and temporary files are, and which language and terminal they use.
const COMMON: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TERM",
    "TMPDIR",
    "TEMP",
    "TMP",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "XDG_CONFIG_HOME",
    "XDG_CONFIG_DIRS",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "DBUS_SESSION_BUS_ADDRESS",
    // What nothing starts without on Windows.
    "SystemRoot",
    "SystemDrive",
    "windir",
    "ComSpec",
    "PATHEXT",
    "USERPROFILE",
    "USERNAME",
    "USERDOMAIN",
    "HOMEDRIVE",
    "HOMEPATH",
    "APPDATA",
    "LOCALAPPDATA",
    "ProgramData",
    "ALLUSERSPROFILE",
    "ProgramFiles",
    "ProgramFiles(x86)",
    "ProgramW6432",
    "CommonProgramFiles",
    "CommonProgramFiles(x86)",
    "PROCESSOR_ARCHITECTURE",
    "NUMBER_OF_PROCESSORS",
    "MSYSTEM",
];

/// Git's own settings, without its traces and without variables that name a repository.
const GIT: &[&str] = &[
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_EXEC_PATH",
    "GIT_ASKPASS",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSH_VARIANT",
    "GIT_SSL_NO_VERIFY",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "GIT_SSL_CERT",
    "GIT_SSL_KEY",
    "GIT_SSL_VERSION",
    "GIT_SSL_CIPHER_LIST",
    "GIT_PROXY_COMMAND",
    "GIT_PROXY_SSL_CAINFO",
    "GIT_PROXY_SSL_CERT",
    "GIT_PROXY_SSL_KEY",
    "GIT_HTTP_PROXY_AUTHMETHOD",
    "GIT_HTTP_USER_AGENT",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
];

/// How hosts are reached, and whom to trust there.
const NETWORK: &[&str] = &[
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NIX_SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
    "CURL_SSL_BACKEND",
    "NETRC",
    "KRB5CCNAME",
    "KRB5_CONFIG",
];

/// The user's SSH agent, and how a passphrase is asked for.
const SSH: &[&str] = &["SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "SSH_SK_PROVIDER"];

/// The user's keys, and how a passphrase is asked for.
const GPG: &[&str] = &["GNUPGHOME", "GPG_TTY", "GPG_AGENT_INFO", "PINENTRY_USER_DATA", "SSH_AUTH_SOCK"];

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Program; 3] = [Program::Git, Program::SshKeygen, Program::Gpg];

    fn seen_by(name: &str) -> Vec<Program> {
        ALL.into_iter().filter(|program| program.sees(OsStr::new(name))).collect()
    }

    #[test]
    fn secrets_of_a_job_are_seen_by_none() {
        for name in [
            "GITHUB_TOKEN",
            "GH_TOKEN",
            "GITHUB_ENV",
            "GITHUB_OUTPUT",
            "ACTIONS_RUNTIME_TOKEN",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "CI_JOB_TOKEN",
            "CI_REGISTRY_PASSWORD",
            "GITLAB_TOKEN",
            "AI_DETECT_TOKEN",
            "AI_DETECT_STATE_KEY",
            "AI_DETECT_GITLAB_TOKEN",
            "INPUT_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "GIT_TOKEN",
            "GIT_PASSWORD",
            "SSH_PRIVATE_KEY",
            "GPG_PRIVATE_KEY",
            "NPM_TOKEN",
            "CARGO_REGISTRY_TOKEN",
            "GIT_DIR",
            "GIT_WORK_TREE",
            "GIT_ALLOW_PROTOCOL",
            "GIT_TRACE",
            "GIT_TRACE_CURL",
            "LD_PRELOAD",
            "GIT_CONFIG_VALUE_",
            "GIT_CONFIG_VALUE_X",
            "",
        ] {
            assert_eq!(seen_by(name), [], "{name}");
        }
    }

    #[test]
    fn each_sees_what_it_needs() {
        for name in ["PATH", "HOME", "LC_ALL", "TMPDIR", "XDG_RUNTIME_DIR"] {
            assert_eq!(seen_by(name), ALL, "{name}");
        }
        for name in ["https_proxy", "GIT_SSH_COMMAND", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_12"] {
            assert_eq!(seen_by(name), [Program::Git], "{name}");
        }
        assert_eq!(seen_by("SSH_AUTH_SOCK"), ALL);
        assert_eq!(seen_by("GNUPGHOME"), [Program::Gpg]);
    }
}
