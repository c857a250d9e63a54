//! The master key and where it is kept.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};

use super::{Config, MASTER_KEY_VARIABLE};
use crate::vault::MasterKey;

/// How long the command may take that tells the master key.
const COMMAND_TIME: Duration = Duration::from_secs(10);
/// More than a key and a line break is no key.
const MAX_OUTPUT: u64 = 1_000;

impl Config {
    /// The master key: from the environment, the command, the named file, or the data folder, where it is made
    /// when missing.
    pub fn master_key(&self) -> anyhow::Result<MasterKey> {
        if let Ok(text) = std::env::var(MASTER_KEY_VARIABLE) {
            return MasterKey::from_base64(&text).context(MASTER_KEY_VARIABLE);
        }
        if let Some(command) = &self.master_key_command {
            return command_key(command, COMMAND_TIME).context("the master key command");
        }
        if let Some(path) = &self.master_key_file {
            return read_key(path);
        }
        let path = self.data.join("master.key");
        if path.exists() {
            return read_key(&path);
        }
        self.make_data_folder()?;
        let key = MasterKey::generate()?;
        write_key(&path, &key)?;
        Ok(key)
    }
}

impl Config {
    /// The master keys of before.
    pub fn old_master_keys(&self) -> anyhow::Result<Vec<MasterKey>> {
        self.old_master_key_files
            .iter()
            .map(|path| read_key(path))
            .collect()
    }
}

/// Writes a new master key into a file that is not there yet, readable by its owner only.
pub fn make_key_file(path: &Path) -> anyhow::Result<()> {
    write_key(path, &MasterKey::generate()?)
}

/// Runs a command of the shell, and reads the key that it prints.
fn command_key(command: &str, time: Duration) -> anyhow::Result<MasterKey> {
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot be started")?;
    let output = child.stdout.take().context("has no output")?;
    let (told, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = output.take(MAX_OUTPUT).read_to_string(&mut text);
        // Nobody listens any more when the time is over.
        let _ = told.send(read.map(|_| text));
    });
    let Ok(text) = heard.recv_timeout(time) else {
        let _ = child.kill();
        let _ = child.wait();
        bail!("took longer than {} seconds", time.as_secs());
    };
    let status = child.wait().context("did not end")?;
    if !status.success() {
        return Err(anyhow!("ended with {status}"));
    }
    MasterKey::from_base64(&text.context("cannot be read")?)
}

fn read_key(path: &Path) -> anyhow::Result<MasterKey> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the master key file {}", path.display()))?;
    MasterKey::from_base64(&text).with_context(|| path.display().to_string())
}

fn write_key(path: &Path, key: &MasterKey) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut file = std::fs::OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    file.open(path)
        .and_then(|mut file| {
            writeln!(file, "{}", key.to_base64())?;
            file.sync_all()
        })
        .with_context(|| format!("cannot write the master key file {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Options;

    #[cfg(unix)]
    #[test]
    fn a_command_tells_the_key_in_time_or_not_at_all() {
        let key = MasterKey::generate().unwrap().to_base64();
        let told = command_key(&format!("echo {key}"), COMMAND_TIME).unwrap();
        assert_eq!(told.to_base64(), key);
        for wrong in ["echo c2hvcnQ=", "exit 3", "no-such-command-here", "true"] {
            assert!(command_key(wrong, COMMAND_TIME).is_err(), "{wrong}");
        }
        let slow = command_key("sleep 5", Duration::from_millis(50));
        assert!(slow.err().unwrap().to_string().contains("longer"));
    }

    #[test]
    fn the_master_key_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::try_from(Options {
            data: Some(folder.path().join("data")),
            ..Options::default()
        })
        .unwrap();
        let first = config.master_key().unwrap().to_base64();
        assert_eq!(config.master_key().unwrap().to_base64(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(config.data.join("master.key"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
