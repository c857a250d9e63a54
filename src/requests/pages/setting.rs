//! What the request editor's form is read against: the vertical, and the contract that is chosen.

use super::form::Draft;
use crate::contracts::{self, Agreement, ContractState};
use crate::error::{Code, Error, FieldError, Result};
use crate::id::ContractId;
use crate::verticals::{self, Vertical};
use crate::web::{Caller, Ctx};

/// What a form is read against.
#[derive(Clone)]
pub struct Setting {
    pub vertical: Vertical,
    pub contracts: Vec<(String, String)>,
    /// The contract that is chosen, unless it is the standard one.
    pub agreement: Option<Agreement>,
    /// What is wrong with the chosen contract.
    pub refused: Vec<FieldError>,
}

pub async fn setting(ctx: &Ctx, caller: &Caller, draft: &Draft) -> Result<Setting> {
    let (key, chosen, buyer) = (
        draft.vertical.clone(),
        draft.contract.clone(),
        caller.account_id,
    );
    ctx.db
        .read(move |conn| {
            let vertical = verticals::named(conn, &key)?;
            let contracts = contracts::list(conn, buyer)?
                .into_iter()
                .filter(|contract| contract.vertical_id == vertical.id)
                .filter(|contract| contract.state == ContractState::Active)
                .map(|contract| (contract.id.to_string(), contract.name))
                .collect();
            let mut setting = Setting {
                vertical,
                contracts,
                agreement: None,
                refused: Vec::new(),
            };
            if !chosen.is_empty() {
                let id: ContractId = chosen.parse().map_err(|_| Error::refused(Code::NotFound))?;
                match contracts::for_request(conn, buyer, id, setting.vertical.id) {
                    Ok(agreement) => setting.agreement = Some(agreement),
                    Err(Error::Refused(refusal)) => setting.refused = refusal.fields,
                    Err(error) => return Err(error),
                }
            }
            Ok(setting)
        })
        .await
}
