//! The add-in only manifest (<https://learn.microsoft.com/javascript/api/manifest>), from the templates beside this file.

use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value, context, syntax::SyntaxConfig};
use wire::activations::Version;

use super::{
    MANIFEST_VERSION,
    buttons::{ALL_BUTTONS, BUTTONS_WHEN_READING, BUTTONS_WHEN_WRITING, Button, ICON_SIZES_PX, LONG_DESCRIPTION, TAB},
    id,
    name::{PRODUCT, bounded},
    url,
};
use crate::Settings;

/// The set of Outlook's functions that reading takes: that of the body. Exchange on premises has it.
const MIN_REQUIREMENT_SET_FOR_READING: &str = "1.3";

/// The set that writing takes: that of attachments. An Outlook without it gets no *Send Secure*: files would be left out
/// without anybody noticing.
pub(super) const MIN_REQUIREMENT_SET_FOR_WRITING: &str = "1.8";

const SOURCES: [(&str, &str); 3] = [
    ("manifest.xml", include_str!("manifest.xml")),
    ("overrides.xml", include_str!("overrides.xml")),
    ("group.xml", include_str!("group.xml")),
];

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    // For HTML minijinja escapes more than XML needs, slashes among it: URLs would not be readable.
    templates.set_auto_escape_callback(|_| AutoEscape::None);
    templates.set_formatter(|out, _, value| Ok(out.write_str(&escape(&value.to_string()))?));
    // What is written on lines of its own leaves no lines.
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    match syntax {
        Ok(syntax) => templates.set_syntax(syntax),
        Err(error) => tracing::error!(%error, "the manifest's templates have no syntax"),
    }
    for (name, source) in SOURCES {
        if let Err(error) = templates.add_template(name, source) {
            tracing::error!(%error, name, "a part of the manifest is not a template");
        }
    }
    templates
});

/// The manifest of a portal.
pub(super) fn manifest(settings: &Settings) -> Result<String, Error> {
    let Version([major, minor, patch]) = MANIFEST_VERSION;
    let button = |each: &Button| {
        context! {
            show => each.show, label => each.label, tip => each.tip, pins => each.pins, page => each.page(settings),
        }
    };
    let surface = |name: &str, short: &str, buttons: &[Button]| {
        let buttons: Vec<Value> = buttons.iter().map(button).collect();
        context! { name, short, buttons }
    };
    let reading = surface("MessageReadCommandSurface", "read", &BUTTONS_WHEN_READING);
    let writing = surface("MessageComposeCommandSurface", "write", &BUTTONS_WHEN_WRITING);
    let icon = |size: u32| context! { size, url => url(settings, &format!("icon-{size}.png")) };
    TEMPLATES.get_template("manifest.xml")?.render(context! {
        id => id(settings, "manifest.xml").to_string(),
        version => format!("{major}.{minor}.{patch}.0"),
        provider => PRODUCT,
        name => bounded(&settings.name, 125),
        description => LONG_DESCRIPTION,
        icon => url(settings, "icon-64.png"),
        high_resolution_icon => url(settings, "icon-128.png"),
        support => url(settings, ""),
        domain => &settings.public_url,
        page => BUTTONS_WHEN_READING[0].page(settings),
        tab => TAB,
        buttons => ALL_BUTTONS.iter().map(button).collect::<Vec<_>>(),
        icons => ICON_SIZES_PX.map(icon).to_vec(),
        first => context! { least => MIN_REQUIREMENT_SET_FOR_READING, pinning => false, surfaces => vec![reading.clone()] },
        second => context! { least => MIN_REQUIREMENT_SET_FOR_WRITING, pinning => true, surfaces => vec![reading, writing] },
    })
}

/// A text, as it stands between tags or in the double quotes of an attribute.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::{
        Reader, XmlVersion,
        events::{Event, attributes::Attribute},
    };

    use super::*;

    fn value(attribute: &Attribute) -> String {
        attribute
            .normalized_value(XmlVersion::Explicit1_0)
            .unwrap()
            .into_owned()
    }

    /// Reads all of it; the value of the display name.
    fn display_name(manifest: &str) -> String {
        let mut reader = Reader::from_str(manifest);
        reader.config_mut().check_end_names = true;
        let mut found = None;
        loop {
            match reader.read_event().unwrap() {
                Event::Empty(tag) if tag.name().as_ref() == b"DisplayName" => {
                    found = Some(value(&tag.try_get_attribute("DefaultValue").unwrap().unwrap()));
                }
                Event::Eof => return found.unwrap(),
                Event::Start(tag) | Event::Empty(tag) => {
                    tag.attributes().for_each(|attribute| drop(value(&attribute.unwrap())));
                }
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn any_name_gives_a_manifest(name in any::<String>()) {
            let manifest = manifest(&Settings::new(name.clone(), "https://portal.test")).unwrap();
            prop_assert_eq!(display_name(&manifest), bounded(&name, 125));
            prop_assert!(manifest.chars().all(|c| c == '\n' || !c.is_control()));
        }
    }

    #[test]
    fn a_name_stays_a_name() {
        let name = r#"<O'Brien> & "Sons" ]]> {{ id }} {% if %}"#;
        let manifest = manifest(&Settings::new(name, "https://portal.test")).unwrap();
        assert_eq!(display_name(&manifest), name);
    }
}
