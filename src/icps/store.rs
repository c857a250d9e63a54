//! Customer profiles in the database.

use diesel::prelude::*;

use super::Profile;
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::icps;
use crate::db::types::from_json;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, IcpId, VerticalId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = icps)]
struct Row {
    id: IcpId,
    buyer_id: AccountId,
    vertical_id: VerticalId,
    name: String,
    profile: String,
    version: i64,
    created_at: Ts,
    updated_at: Ts,
}

/// A buyer's customer profile as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Icp {
    pub id: IcpId,
    pub buyer_id: AccountId,
    pub vertical_id: VerticalId,
    pub name: String,
    pub profile: Profile,
    /// Grows with every edit.
    pub version: i64,
    pub created_at: Ts,
    pub updated_at: Ts,
}

impl Row {
    fn of(icp: &Icp) -> Self {
        Self {
            id: icp.id,
            buyer_id: icp.buyer_id,
            vertical_id: icp.vertical_id,
            name: icp.name.clone(),
            profile: profile_json(&icp.profile),
            version: icp.version,
            created_at: icp.created_at,
            updated_at: icp.updated_at,
        }
    }

    fn icp(self) -> Result<Icp> {
        Ok(Icp {
            id: self.id,
            buyer_id: self.buyer_id,
            vertical_id: self.vertical_id,
            profile: from_json(&self.profile)?,
            name: self.name,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

fn profile_json(profile: &Profile) -> String {
    serde_json::json!(profile).to_string()
}

pub fn insert(conn: &mut Conn, icp: &Icp) -> Result<()> {
    diesel::insert_into(icps::table)
        .values(Row::of(icp))
        .execute(conn)?;
    Ok(())
}

/// Writes a profile whose version is still `seen`; false when it is not.
pub fn update(conn: &mut Conn, next: &Icp, seen: i64) -> Result<bool> {
    let changed = diesel::update(icps::table.find(next.id))
        .filter(icps::version.eq(seen))
        .set((
            icps::name.eq(&next.name),
            icps::profile.eq(profile_json(&next.profile)),
            icps::version.eq(next.version),
            icps::updated_at.eq(next.updated_at),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// The buyer's profile; another's is not found.
pub fn get(conn: &mut Conn, buyer: AccountId, id: IcpId) -> Result<Icp> {
    icps::table
        .find(id)
        .filter(icps::buyer_id.eq(buyer))
        .select(Row::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Error::refused(Code::NotFound))?
        .icp()
}

/// A page of the buyer's profiles, newest first.
pub fn page(
    conn: &mut Conn,
    buyer: AccountId,
    before: Option<(Ts, IcpId)>,
    limit: i64,
) -> Result<Vec<Icp>> {
    let mut query = icps::table
        .filter(icps::buyer_id.eq(buyer))
        .order((icps::created_at.desc(), icps::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some((at, id)) = before {
        query = query.filter(
            icps::created_at
                .lt(at)
                .or(icps::created_at.eq(at).and(icps::id.lt(id))),
        );
    }
    query.load(conn)?.into_iter().map(Row::icp).collect()
}

pub fn count(conn: &mut Conn, buyer: AccountId) -> Result<i64> {
    Ok(icps::table
        .filter(icps::buyer_id.eq(buyer))
        .count()
        .get_result(conn)?)
}
