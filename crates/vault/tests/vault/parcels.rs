//! Whose a parcel is, and what it comes of.

use std::slice;

use vault::{AccountKey, Error, seal_parcel};
use wire::{
    ids::{AccountId, ClaimId},
    sessions::ParcelOrigin,
};

use crate::people::{NOW, absorbed, address, claim, invited, owner, person, rng};

#[test]
fn a_parcel_is_taken_in_only_as_what_its_giver_signed() {
    let (mut anna, ben) = (person("anna", 1), person("ben", 2));
    let parcel = ben.hand_over(anna.certificate(), claim(), NOW, &mut rng(3)).unwrap();
    let other = ParcelOrigin::Claim {
        claim: ClaimId(uuid::Uuid::max()),
    };
    for origin in [other, invited("ben")] {
        assert_eq!(anna.take_in(&parcel, &origin), Err(Error::ForeignParcel));
    }
    assert_eq!(format!("{anna:?}"), "Vault(1 keys, 0 correspondents)");
    assert_eq!(anna.take_in(&parcel, &absorbed()), Ok(true));
    assert_eq!(anna.take_in(&parcel, &absorbed()), Ok(false));
}

#[test]
fn a_waiting_key_is_bound_to_account_and_address() {
    let waiting = AccountKey::generate(&address("ben@example.test"), NOW, &mut rng(10)).unwrap();
    let waiting = slice::from_ref(&waiting);
    let mut ben = person("ben", 2);
    let parcel = seal_parcel(waiting, &invited("ben"), ben.certificate(), NOW, &mut rng(11)).unwrap();
    let elsewhere = ParcelOrigin::Invitation {
        account: AccountId(uuid::Uuid::max()),
        address: address("ben@example.test"),
    };
    for origin in [invited("eve"), elsewhere, absorbed()] {
        assert_eq!(ben.take_in(&parcel, &origin), Err(Error::ForeignParcel));
    }
    // Nor does a key sign for an address that it does not have, whatever the portal says.
    let stolen = seal_parcel(waiting, &invited("eve"), ben.certificate(), NOW, &mut rng(12)).unwrap();
    assert_eq!(ben.take_in(&stolen, &invited("eve")), Err(Error::ForeignParcel));
    let spelled = ParcelOrigin::Invitation {
        account: owner(),
        address: address("Ben@Example.test"),
    };
    assert_eq!(ben.take_in(&parcel, &spelled), Ok(true));
}

/// An account whose parcels had not been taken in when it was absorbed: they were sealed to its own key, which is in the
/// claimant's keyring by then.
#[test]
fn a_parcel_for_an_absorbed_account_is_taken_in_with_its_key() {
    let (mut anna, ben, carol) = (person("anna", 1), person("ben", 2), person("carol", 3));
    let to_ben = carol.hand_over(ben.certificate(), claim(), NOW, &mut rng(4)).unwrap();
    assert_eq!(anna.take_in(&to_ben, &absorbed()), Err(Error::WrongKey));
    let to_anna = ben.hand_over(anna.certificate(), claim(), NOW, &mut rng(5)).unwrap();
    anna.take_in(&to_anna, &absorbed()).unwrap();
    assert_eq!(anna.take_in(&to_ben, &absorbed()), Ok(true));
    assert_eq!(anna.account(), owner());
}
