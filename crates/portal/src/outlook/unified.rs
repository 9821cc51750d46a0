//! The unified manifest for Microsoft 365 (<https://learn.microsoft.com/microsoft-365/extensibility/schema>).

use serde_json::{Value, json};

use super::{
    MANIFEST_VERSION,
    buttons::{
        ALL_BUTTONS, BUTTONS_WHEN_READING, BUTTONS_WHEN_WRITING, Button, ICON_SIZES_PX, LONG_DESCRIPTION,
        SHORT_DESCRIPTION, TAB,
    },
    id,
    name::{PRODUCT, bounded},
    url,
    xml::MIN_REQUIREMENT_SET_FOR_WRITING,
};
use crate::Settings;

/// The oldest version of the schema that has all that is used here: newer ones take the same, older admin centres not
/// the newer.
const SCHEMA: &str = "1.19";

/// The colour icon's name in the package, 192 pixels wide.
pub(super) const COLOR: &str = "color.png";

/// The white one's, 32 pixels wide.
pub(super) const OUTLINE: &str = "outline.png";

/// The manifest, as JSON.
pub(super) fn manifest(settings: &Settings) -> String {
    let manifest = json!({
        "$schema": format!("https://developer.microsoft.com/json-schemas/teams/v{SCHEMA}/MicrosoftTeams.schema.json"),
        "manifestVersion": SCHEMA,
        "version": MANIFEST_VERSION,
        "id": id(settings, "manifest.json"),
        "developer": {
            "name": PRODUCT,
            "websiteUrl": settings.public_url,
            "privacyUrl": url(settings, ""),
            "termsOfUseUrl": url(settings, ""),
        },
        "name": { "short": bounded(&settings.name, 30), "full": bounded(&settings.name, 100) },
        "description": { "short": SHORT_DESCRIPTION, "full": LONG_DESCRIPTION },
        "icons": { "color": COLOR, "outline": OUTLINE },
        "accentColor": "#0e5a63",
        "localizationInfo": { "defaultLanguageTag": "en-us" },
        "validDomains": [settings.host()],
        "authorization": {
            "permissions": {
                // To read the message that is open, and to write into it; none of the others.
                "resourceSpecific": [{ "name": "MailboxItem.ReadWrite.User", "type": "Delegated" }],
            },
        },
        "extensions": [{
            "requirements": {
                "scopes": ["mail"],
                "capabilities": [{ "name": "Mailbox", "minVersion": MIN_REQUIREMENT_SET_FOR_WRITING }],
            },
            "runtimes": ALL_BUTTONS.map(|button| runtime(&button, settings)),
            "ribbons": [ribbon("mailRead", &BUTTONS_WHEN_READING, settings), ribbon("mailCompose", &BUTTONS_WHEN_WRITING, settings)],
            // Where somebody has installed the add-in only manifest before, there would be two of each button.
            "alternates": [{ "hide": { "customOfficeAddin": { "officeAddinId": id(settings, "manifest.xml") } } }],
        }],
    });
    format!("{manifest:#}\n")
}

/// What a button starts: the pane, at a page of its own.
fn runtime(button: &Button, settings: &Settings) -> Value {
    let action = json!({
        "id": action(button),
        "type": "openPage",
        "view": button.show,
        "pinnable": button.pins,
    });
    json!({
        "id": format!("pane-{}", button.show),
        "type": "general",
        "lifetime": "short",
        "code": { "page": button.page(settings) },
        "actions": [action],
    })
}

fn action(button: &Button) -> String {
    format!("open-{}", button.show)
}

/// The same buttons twice: on a tab of our own, which classic Outlook for Windows shows, and in a group of the tab that
/// every other Outlook shows alone.
fn ribbon(context: &str, buttons: &[Button], settings: &Settings) -> Value {
    let group = |place: &str| {
        json!({
            "id": format!("{context}-{place}"),
            "label": TAB,
            "icons": icons(settings),
            "controls": buttons.iter().map(|button| control(context, place, button, settings)).collect::<Vec<_>>(),
        })
    };
    json!({
        "contexts": [context],
        "tabs": [
            { "builtInTabId": "TabDefault", "groups": [group("default")] },
            { "id": format!("{context}-tab"), "label": TAB, "groups": [group("own")] },
        ],
    })
}

fn control(context: &str, place: &str, button: &Button, settings: &Settings) -> Value {
    json!({
        "id": format!("{context}-{place}-{}", button.show),
        "type": "button",
        "label": button.label,
        "icons": icons(settings),
        "supertip": { "title": button.label, "description": button.tip },
        "actionId": action(button),
    })
}

fn icons(settings: &Settings) -> Value {
    let icon = |size: u32| json!({ "size": size, "url": url(settings, &format!("icon-{size}.png")) });
    ICON_SIZES_PX.map(icon).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_name_gives_a_manifest(name in any::<String>()) {
            let manifest: Value = serde_json::from_str(&manifest(&Settings::new(name, "https://portal.test"))).unwrap();
            let length = |key: &str| manifest["name"][key].as_str().unwrap().encode_utf16().count();
            prop_assert!((1..=30).contains(&length("short")));
            prop_assert!((1..=100).contains(&length("full")));
        }
    }

    #[test]
    fn words_keep_to_the_schemas_lengths() {
        assert!(SHORT_DESCRIPTION.len() <= 80 && LONG_DESCRIPTION.len() <= 250);
        for button in ALL_BUTTONS {
            assert!(button.label.len() <= 64 && button.tip.len() <= 128, "{}", button.show);
        }
    }
}
