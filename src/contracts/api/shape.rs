//! What the API of contracts takes and answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::accounts;
use crate::clock::Ts;
use crate::contracts::{Contract, ContractState, TermsJson, Version, sentences};
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, ContractId, ContractVersionId};
use crate::text::english;
use crate::verticals::{self, Vertical};

/// One side of a contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContractParty)]
pub struct PartyJson {
    pub id: AccountId,
    pub name: String,
}

/// A contract as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contract)]
pub struct ContractJson {
    pub id: ContractId,
    pub name: String,
    pub state: ContractState,
    #[schema(example = "b2b-software")]
    pub vertical: String,
    pub buyer: PartyJson,
    /// Missing for a contract with the open market.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller: Option<PartyJson>,
    /// The number of the version that is bought under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_force: Option<i32>,
    /// The number of the version that the seller has yet to accept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered: Option<i32>,
    /// When the next base fee is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_fee_at: Option<Ts>,
    /// Every version of the terms, newest first; the list has the newest alone.
    pub versions: Vec<VersionJson>,
    pub created_at: Ts,
    pub updated_at: Ts,
}

/// One version of a contract's terms; it never changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContractVersion)]
pub struct VersionJson {
    pub id: ContractVersionId,
    pub version: i32,
    pub terms: TermsJson,
    /// The terms in plain words.
    pub sentences: Vec<String>,
    pub created_at: Ts,
}

/// A page of contracts.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContractPage {
    pub data: Vec<ContractJson>,
    /// Asks for the next page; missing on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A contract to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewContract)]
pub struct NewContractJson {
    pub name: String,
    #[schema(example = "b2b-software")]
    pub vertical: String,
    /// The account of a seller; left out for the open market.
    #[serde(default)]
    #[schema(value_type = Option<AccountId>)]
    pub seller: Option<String>,
    pub terms: TermsJson,
}

/// New terms of a contract.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTerms)]
pub struct NewTermsJson {
    pub terms: TermsJson,
}

/// Terms to start from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContractPresets)]
pub struct PresetsJson {
    /// One for each model.
    pub data: Vec<TermsJson>,
}

/// Paging of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Rows to answer, at most 200; 50 when missing.
    #[param(value_type = Option<i64>)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Where the terms are to be used.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PresetQuery {
    #[param(value_type = String)]
    pub vertical: Option<String>,
    /// An ISO 4217 code; EUR when missing.
    pub currency: Option<String>,
}

/// What contracts are shown with: names of accounts, and verticals.
pub struct Names {
    accounts: BTreeMap<AccountId, String>,
    verticals: Vec<Vertical>,
}

impl Names {
    pub fn of(conn: &mut Conn, contracts: &[&Contract]) -> Result<Self> {
        let parties: Vec<AccountId> = contracts
            .iter()
            .flat_map(|contract| std::iter::once(contract.buyer_id).chain(contract.seller_id))
            .collect();
        Ok(Self {
            accounts: accounts::names_of(conn, &parties)?,
            verticals: verticals::all(conn)?,
        })
    }

    fn party(&self, id: AccountId) -> PartyJson {
        PartyJson {
            id,
            name: self.accounts.get(&id).cloned().unwrap_or_default(),
        }
    }

    pub fn json(&self, contract: Contract, versions: &[Version]) -> Result<ContractJson> {
        let vertical = self
            .verticals
            .iter()
            .find(|vertical| vertical.id == contract.vertical_id)
            .ok_or_else(|| Error::refused(Code::NotFound))?;
        let is_private = contract.seller_id.is_some();
        Ok(ContractJson {
            id: contract.id,
            state: contract.state,
            vertical: vertical.key.clone(),
            buyer: self.party(contract.buyer_id),
            seller: contract.seller_id.map(|seller| self.party(seller)),
            in_force: contract.in_force,
            offered: contract.offered,
            next_fee_at: contract.next_fee_at,
            versions: versions
                .iter()
                .map(|version| VersionJson {
                    id: version.id,
                    version: version.number,
                    terms: TermsJson::from(&version.terms),
                    sentences: sentences(english(), &version.terms, vertical, is_private),
                    created_at: version.created_at,
                })
                .collect(),
            created_at: contract.created_at,
            updated_at: contract.updated_at,
            name: contract.name,
        })
    }
}
