//! The master key and where it is kept.

use std::path::Path;

use anyhow::Context as _;

use super::{Config, MASTER_KEY_VARIABLE};
use crate::vault::MasterKey;

impl Config {
    /// The master key: from the environment, the named file, or the data folder, where it is made when missing.
    pub fn master_key(&self) -> anyhow::Result<MasterKey> {
        if let Ok(text) = std::env::var(MASTER_KEY_VARIABLE) {
            return MasterKey::from_base64(&text).context(MASTER_KEY_VARIABLE);
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
