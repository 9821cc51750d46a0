//! Keys: what everybody may know of an account's (certificates, successions, the directory), and what its owner alone can
//! open (vault, slots, parcels).

mod certificates;
mod directory;
mod history;
mod parcels;
mod vaults;

use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use certificates::{
    KeyAndAddress, certificate_key, certificates_for, ensure_statement_fits, predecessors_of, subkeys_of,
};
pub use certificates::{add_certificate, add_succession, certificate_for, certificate_of, predecessors};
pub(crate) use directory::web_key_directory;
pub(crate) use parcels::{MAX_PARCEL_BYTES, add_parcel, add_waiting_key, hand_waiting_key_over, move_parcels};
pub(crate) use vaults::{MAX_SLOT_BYTES, Slots, store_vault, vault};
use wire::Millis;

use crate::{
    Portal,
    storage::{StoreError, Unit},
};

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(vaults::read, vaults::write))
        .routes(routes!(history::list))
        .routes(routes!(history::read))
        .routes(routes!(certificates::replace))
        .routes(routes!(parcels::list))
        .routes(routes!(parcels::acknowledge))
        .routes(routes!(directory::find))
}

/// Forgets what is kept long enough. Part of the sweep.
pub(crate) async fn sweep(unit: &mut Unit, now: Millis) -> Result<(), StoreError> {
    history::sweep(unit, now).await?;
    parcels::sweep(unit, now).await
}
