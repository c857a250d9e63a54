//! Where people live: countries, regions and postal codes in one spelling each.

use rust_iso3166::iso3166_2;

/// English names of countries that people write otherwise than ISO 3166-1 does.
const COUNTRY_NAMES: &[(&str, &str)] = &[
    ("america", "US"),
    ("bolivia", "BO"),
    ("bosnia", "BA"),
    ("czech republic", "CZ"),
    ("england", "GB"),
    ("great britain", "GB"),
    ("holland", "NL"),
    ("iran", "IR"),
    ("kosovo", "XK"),
    ("macedonia", "MK"),
    ("moldova", "MD"),
    ("north macedonia", "MK"),
    ("northern ireland", "GB"),
    ("russia", "RU"),
    ("scotland", "GB"),
    ("south korea", "KR"),
    ("syria", "SY"),
    ("taiwan", "TW"),
    ("tanzania", "TZ"),
    ("the netherlands", "NL"),
    ("turkey", "TR"),
    ("uae", "AE"),
    ("uk", "GB"),
    ("united kingdom", "GB"),
    ("united states", "US"),
    ("usa", "US"),
    ("venezuela", "VE"),
    ("vietnam", "VN"),
    ("wales", "GB"),
];

/// English and local names of regions that people write otherwise than ISO 3166-2 does.
const REGION_NAMES: &[(&str, &str)] = &[
    ("bavaria", "DE-BY"),
    ("belgrade", "RS-00"),
    ("bucharest", "RO-B"),
    ("leningrad oblast", "RU-LEN"),
    ("moscow", "RU-MOW"),
    ("moscow oblast", "RU-MOS"),
    ("moscow region", "RU-MOS"),
    ("petersburg", "RU-SPE"),
    ("saint petersburg", "RU-SPE"),
    ("saint-petersburg", "RU-SPE"),
    ("st petersburg", "RU-SPE"),
    ("st. petersburg", "RU-SPE"),
    ("tatarstan", "RU-TA"),
    ("москва", "RU-MOW"),
    ("московская область", "RU-MOS"),
    ("санкт-петербург", "RU-SPE"),
    ("ленинградская область", "RU-LEN"),
    ("београд", "RS-00"),
];

/// Kosovo's code is in use everywhere, but not in ISO 3166-1.
const KOSOVO: &str = "XK";

/// The ISO 3166-1 alpha-2 code of a country given by alpha-2, alpha-3 or English name.
pub fn country(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let code = text.to_ascii_uppercase();
    if code == KOSOVO || code == "XKX" {
        return Some(KOSOVO);
    }
    let by_code = match code.len() {
        2 => rust_iso3166::from_alpha2(&code),
        3 => rust_iso3166::from_alpha3(&code),
        _ => None,
    };
    if let Some(found) = by_code {
        return Some(found.alpha2);
    }
    let name = fold(text);
    let name = name.trim_end_matches('.');
    COUNTRY_NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, code)| *code)
        .or_else(|| {
            rust_iso3166::ALL
                .iter()
                .find(|country| {
                    let official = fold(country.name);
                    official == name
                        || official
                            .split_once(" (")
                            .is_some_and(|(short, _)| short == name)
                })
                .map(|country| country.alpha2)
        })
}

/// The ISO 3166-2 code of a region given by code or name; a name needs its country.
pub fn region(country: Option<&str>, text: &str) -> Option<&'static str> {
    let text = text.trim();
    let code = text.to_ascii_uppercase();
    let found = iso3166_2::from_code(&code).or_else(|| {
        let country = country?;
        iso3166_2::from_code(&format!("{country}-{code}"))
    });
    if let Some(found) = found {
        return in_country(found.code, country);
    }
    let name = fold(text);
    let alias = REGION_NAMES.iter().find(|(known, _)| *known == name);
    if let Some((_, code)) = alias {
        return in_country(code, country);
    }
    let subdivisions = iso3166_2::SUBDIVISION_COUNTRY_MAP.get(country?)?;
    let stem = region_stem(&name);
    subdivisions
        .iter()
        .find(|subdivision| fold(subdivision.name) == name)
        .or_else(|| {
            subdivisions
                .iter()
                .find(|subdivision| region_stem(&fold(subdivision.name)) == stem)
        })
        .map(|subdivision| subdivision.code)
}

/// The country part of an ISO 3166-2 code.
pub fn country_of_region(code: &'static str) -> &'static str {
    code.split_once('-').map_or(code, |(country, _)| country)
}

fn in_country(code: &'static str, wanted: Option<&str>) -> Option<&'static str> {
    wanted
        .is_none_or(|wanted| country_of_region(code) == wanted)
        .then_some(code)
}

/// A region's name without the word for what it is: "tatarstan, respublika" is "tatarstan".
fn region_stem(name: &str) -> String {
    const KINDS: &[&str] = &[
        "city",
        "county",
        "district",
        "judet",
        "judetul",
        "kray",
        "krai",
        "novads",
        "oblast",
        "okrug",
        "province",
        "qarku",
        "region",
        "republic",
        "respublika",
        "state",
        "of",
        "the",
    ];
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !KINDS.contains(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Lower case, single spaces, no marks on Latin letters, no apostrophes: for comparing names.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.trim().chars().flat_map(char::to_lowercase) {
        match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => folded.push('a'),
            'ç' | 'ć' | 'č' => folded.push('c'),
            'ď' | 'đ' => folded.push('d'),
            'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => folded.push('e'),
            'ğ' | 'ģ' => folded.push('g'),
            'ì'..='ï' | 'ī' | 'į' | 'ı' => folded.push('i'),
            'ķ' => folded.push('k'),
            'ļ' | 'ł' | 'ľ' => folded.push('l'),
            'ñ' | 'ń' | 'ņ' | 'ň' => folded.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => folded.push('o'),
            'ŕ' | 'ř' => folded.push('r'),
            'ś' | 'ş' | 'š' | 'ș' => folded.push('s'),
            'ţ' | 'ť' | 'ț' => folded.push('t'),
            'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'ų' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            '\'' | '’' | '‘' | 'ʹ' | '\u{300}'..='\u{36f}' => {}
            c if c.is_whitespace() => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c => folded.push(c),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_by_code_and_name() {
        for (text, expected) in [
            ("LV", Some("LV")),
            ("lv", Some("LV")),
            ("LVA", Some("LV")),
            ("Latvia", Some("LV")),
            (" russia ", Some("RU")),
            ("Russian Federation", Some("RU")),
            ("United Kingdom", Some("GB")),
            ("UK", Some("GB")),
            ("USA", Some("US")),
            ("Serbia", Some("RS")),
            ("Albania", Some("AL")),
            ("Romania", Some("RO")),
            ("Kosovo", Some("XK")),
            ("Moldova", Some("MD")),
            ("Atlantis", None),
            ("ZZ", None),
            ("", None),
        ] {
            assert_eq!(country(text), expected, "{text}");
        }
    }

    #[test]
    fn regions_by_code_and_name() {
        for (country, text, expected) in [
            (Some("RU"), "RU-MOW", Some("RU-MOW")),
            (None, "ru-spe", Some("RU-SPE")),
            (Some("RU"), "MOW", Some("RU-MOW")),
            (Some("RU"), "Moscow", Some("RU-MOW")),
            (None, "Saint Petersburg", Some("RU-SPE")),
            (Some("RU"), "Sankt-Peterburg", Some("RU-SPE")),
            (Some("RU"), "Санкт-Петербург", Some("RU-SPE")),
            (Some("RU"), "Tatarstan", Some("RU-TA")),
            (Some("RU"), "Sverdlovskaya oblast", Some("RU-SVE")),
            (Some("LV"), "Riga", Some("LV-RIX")),
            (Some("LV"), "Rīga", Some("LV-RIX")),
            (Some("LV"), "Talsu novads", Some("LV-097")),
            (Some("RO"), "Bucuresti", Some("RO-B")),
            (Some("RO"), "Cluj", Some("RO-CJ")),
            (Some("RO"), "Judetul Timis", Some("RO-TM")),
            (Some("RS"), "Belgrade", Some("RS-00")),
            (Some("AL"), "Tirane", Some("AL-11")),
            (Some("US"), "New York", Some("US-NY")),
            (Some("US"), "CA", Some("US-CA")),
            (Some("DE"), "Bayern", Some("DE-BY")),
            (Some("LV"), "RU-MOW", None),
            (Some("LV"), "Moscow", None),
            (None, "Cluj", None),
            (Some("RO"), "Nowhere", None),
        ] {
            assert_eq!(region(country, text), expected, "{country:?} {text}");
        }
    }
}
