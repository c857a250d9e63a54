//! Whether a domain exists and takes mail: its MX records, else its own address, as mail servers look (RFC 5321, 7505).

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;

use super::outside::{Answer, Asking, Outsider, Word};
use crate::config::Dns;

/// Asks name servers about domains; answers are kept as long as they say.
pub struct DnsOutsider {
    resolver: TokioResolver,
}

impl DnsOutsider {
    /// None where nobody is to be asked.
    pub fn new(dns: Dns) -> anyhow::Result<Option<Self>> {
        let resolver = match dns {
            Dns::Off => return Ok(None),
            Dns::System => TokioResolver::builder_tokio()?.build()?,
            Dns::One(address) => {
                let (mut udp, mut tcp) = (ConnectionConfig::udp(), ConnectionConfig::tcp());
                udp.port = address.port();
                tcp.port = address.port();
                let server = NameServerConfig::new(address.ip(), true, vec![udp, tcp]);
                let config = ResolverConfig::from_name_servers(vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
                    .build()?
            }
        };
        Ok(Some(Self { resolver }))
    }

    async fn look(&self, domain: &str) -> anyhow::Result<Answer> {
        // With a dot at its end, so that no search domain of the system is tried.
        let name = format!("{}.", domain.trim_end_matches('.'));
        let word = match self.resolver.mx_lookup(name.as_str()).await {
            Ok(found) => {
                let mut exchanges =
                    found
                        .answers()
                        .iter()
                        .filter_map(|record| match &record.data {
                            RData::MX(mx) => Some(&mx.exchange),
                            _ => None,
                        });
                // A lone root says that the domain takes no mail.
                if exchanges.any(|exchange| !exchange.is_root()) {
                    Word::Valid
                } else {
                    Word::Invalid
                }
            }
            Err(error) if error.is_nx_domain() => Word::Absent,
            Err(error) if error.is_no_records_found() => self.by_address(&name).await?,
            Err(error) => return Err(error.into()),
        };
        Ok(Answer { word, detail: None })
    }

    /// A domain without MX takes mail at its own address, if it has one.
    async fn by_address(&self, name: &str) -> Result<Word, NetError> {
        match self.resolver.lookup_ip(name).await {
            Ok(found) if found.iter().next().is_some() => Ok(Word::Valid),
            Ok(_) => Ok(Word::Invalid),
            Err(error) if error.is_nx_domain() || error.is_no_records_found() => Ok(Word::Invalid),
            Err(error) => Err(error),
        }
    }
}

impl Outsider for DnsOutsider {
    fn ask<'a>(&'a self, value: &'a str) -> Asking<'a> {
        Box::pin(self.look(value))
    }
}
