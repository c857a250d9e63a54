//! The words of the product, from the Fluent catalogue in `i18n/`; a key that is not there fails the build.

use std::sync::LazyLock;

use i18n_embed::LanguageLoader;
use i18n_embed::fluent::{FluentLanguageLoader, fluent_language_loader};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "i18n"]
struct Catalogue;

/// A language that texts can be shown in.
pub type Lang = FluentLanguageLoader;

static ENGLISH: LazyLock<Lang> = LazyLock::new(|| {
    let loader = fluent_language_loader!();
    if let Err(error) = loader.load_fallback_language(&Catalogue) {
        tracing::error!(%error, "the embedded text catalogue cannot be read");
    }
    loader.set_use_isolating(false);
    loader
});

/// The language of the API and, so far, of every page.
pub fn english() -> &'static Lang {
    &ENGLISH
}

#[cfg(test)]
mod tests {
    use i18n_embed_fl::fl;

    #[test]
    fn texts_take_arguments() {
        assert_eq!(
            fl!(super::english(), "error-request-id", id = "abc"),
            "Request abc"
        );
    }
}
