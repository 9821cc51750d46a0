//! The app package that an organisation uploads: a ZIP file.

use std::io::{Cursor, Write as _};

use zip::{CompressionMethod, ZipWriter, result::ZipError, write::SimpleFileOptions};

/// Puts the package together, the same bytes each time. Stored: icons do not get smaller, and of the manifest a few
/// kilobytes are not worth a compressor.
pub(super) fn package(manifest: &str, color: &[u8], outline: &[u8]) -> Result<Vec<u8>, ZipError> {
    let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    let files = [
        ("manifest.json", manifest.as_bytes()),
        (super::unified::COLOR, color),
        (super::unified::OUTLINE, outline),
    ];
    for (name, content) in files {
        package.start_file(name, plain)?;
        package.write_all(content)?;
    }
    Ok(package.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn the_package_holds_what_the_manifest_names() {
        let bytes = package("{}", b"color", b"outline").unwrap();
        assert_eq!(bytes, package("{}", b"color", b"outline").unwrap());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["manifest.json", "color.png", "outline.png"]);
        let mut outline = String::new();
        archive
            .by_name("outline.png")
            .unwrap()
            .read_to_string(&mut outline)
            .unwrap();
        assert_eq!(outline, "outline");
    }
}
