//! Made-up people for the demo market: names that fit their country, reserved mail domains.

use fastrand::Rng;

/// A country of the demo with what its people are called and where they live.
pub struct Country {
    pub code: &'static str,
    /// Region (ISO 3166-2), city, first digits of its postal codes.
    pub places: &'static [(&'static str, &'static str, &'static str)],
    /// Digits of a whole postal code.
    postal_digits: usize,
    postal_prefix: &'static str,
    /// International prefix with the first digits of a mobile number.
    phone_prefixes: &'static [&'static str],
    phone_digits: u32,
    men: &'static [&'static str],
    women: &'static [&'static str],
    /// Family names as a man and as a woman bears them.
    families: &'static [(&'static str, &'static str)],
}

/// A made-up person.
#[derive(Debug, Clone)]
pub struct Person {
    pub first_name: String,
    pub last_name: String,
    pub gender: &'static str,
    pub email: String,
    pub phone: String,
    pub region: &'static str,
    pub city: &'static str,
    pub postal_code: String,
}

impl Country {
    pub fn by_code(code: &str) -> &'static Self {
        COUNTRIES
            .iter()
            .find(|country| country.code == code)
            .unwrap_or(&COUNTRIES[0])
    }

    /// Somebody of this country; `number` makes the contact theirs alone.
    pub fn person(&'static self, rng: &mut Rng, number: usize) -> Person {
        let woman = rng.bool();
        let first_names = if woman { self.women } else { self.men };
        let first_name = pick(rng, first_names);
        let family = self.families[rng.usize(..self.families.len())];
        let last_name = if woman { family.1 } else { family.0 };
        let place = self.places[rng.usize(..self.places.len())];
        Person {
            first_name: (*first_name).to_owned(),
            last_name: last_name.to_owned(),
            gender: if woman { "female" } else { "male" },
            email: format!(
                "{}.{number}@example.{}",
                latin(last_name),
                pick(rng, &["com", "net", "org"])
            ),
            phone: self.phone(rng, number),
            region: place.0,
            city: place.1,
            postal_code: self.postal_code(rng, place.2),
        }
    }

    fn phone(&self, rng: &mut Rng, number: usize) -> String {
        let prefix = pick(rng, self.phone_prefixes);
        // Many numbering plans leave the numbers that begin with zero or one unused.
        let first = 2 * 10_usize.pow(self.phone_digits - 1);
        format!("{prefix}{}", first + number)
    }

    fn postal_code(&self, rng: &mut Rng, start: &str) -> String {
        let mut code = format!("{}{start}", self.postal_prefix);
        for _ in start.len()..self.postal_digits {
            code.push(char::from(b'0' + rng.u8(..10)));
        }
        code
    }
}

fn pick<'a, T>(rng: &mut Rng, from: &'a [T]) -> &'a T {
    &from[rng.usize(..from.len())]
}

/// A mail name in plain letters; those that have none are left out.
fn latin(name: &str) -> String {
    name.chars()
        .filter_map(|letter| {
            let lower = letter.to_lowercase().next().unwrap_or(letter);
            match lower {
                'a'..='z' => Some(lower),
                'ā' | 'ă' | 'â' => Some('a'),
                'č' | 'ć' | 'ç' => Some('c'),
                'đ' => Some('d'),
                'ē' | 'ë' => Some('e'),
                'ģ' => Some('g'),
                'ī' | 'î' => Some('i'),
                'ķ' => Some('k'),
                'ļ' => Some('l'),
                'ņ' => Some('n'),
                'š' | 'ș' => Some('s'),
                'ț' => Some('t'),
                'ū' => Some('u'),
                'ž' => Some('z'),
                _ => None,
            }
        })
        .collect()
}

const COUNTRIES: &[Country] = &[
    Country {
        code: "RU",
        places: &[
            ("RU-MOW", "Moscow", "10"),
            ("RU-MOW", "Moscow", "12"),
            ("RU-SPE", "Saint Petersburg", "19"),
            ("RU-SVE", "Yekaterinburg", "620"),
            ("RU-NVS", "Novosibirsk", "630"),
            ("RU-TA", "Kazan", "420"),
        ],
        postal_digits: 6,
        postal_prefix: "",
        phone_prefixes: &["+7901", "+7903", "+7916", "+7921"],
        phone_digits: 7,
        men: &[
            "Aleksandr",
            "Dmitry",
            "Sergey",
            "Andrey",
            "Mikhail",
            "Ivan",
            "Nikolay",
            "Pavel",
        ],
        women: &[
            "Anna", "Elena", "Olga", "Maria", "Natalia", "Irina", "Svetlana", "Tatiana",
        ],
        families: &[
            ("Ivanov", "Ivanova"),
            ("Smirnov", "Smirnova"),
            ("Kuznetsov", "Kuznetsova"),
            ("Popov", "Popova"),
            ("Sokolov", "Sokolova"),
            ("Lebedev", "Lebedeva"),
            ("Morozov", "Morozova"),
            ("Volkov", "Volkova"),
        ],
    },
    Country {
        code: "LV",
        places: &[
            ("LV-RIX", "Rīga", "10"),
            ("LV-JUR", "Jūrmala", "20"),
            ("LV-LPX", "Liepāja", "34"),
            ("LV-DGV", "Daugavpils", "54"),
        ],
        postal_digits: 4,
        postal_prefix: "LV-",
        phone_prefixes: &["+37120", "+37126", "+37129"],
        phone_digits: 6,
        men: &[
            "Jānis", "Andris", "Juris", "Edgars", "Māris", "Kārlis", "Artūrs",
        ],
        women: &["Anna", "Kristīne", "Inese", "Ilze", "Laura", "Līga", "Dace"],
        families: &[
            ("Bērziņš", "Bērziņa"),
            ("Kalniņš", "Kalniņa"),
            ("Ozoliņš", "Ozoliņa"),
            ("Liepiņš", "Liepiņa"),
            ("Krūmiņš", "Krūmiņa"),
            ("Balodis", "Balode"),
            ("Eglītis", "Eglīte"),
        ],
    },
    Country {
        code: "RO",
        places: &[
            ("RO-B", "București", "01"),
            ("RO-CJ", "Cluj-Napoca", "40"),
            ("RO-TM", "Timișoara", "30"),
            ("RO-IS", "Iași", "70"),
            ("RO-CT", "Constanța", "90"),
        ],
        postal_digits: 6,
        postal_prefix: "",
        phone_prefixes: &["+40721", "+40731", "+40744"],
        phone_digits: 6,
        men: &[
            "Andrei",
            "Ion",
            "Mihai",
            "Alexandru",
            "Ștefan",
            "Gheorghe",
            "Radu",
        ],
        women: &[
            "Maria", "Elena", "Ioana", "Andreea", "Mihaela", "Cristina", "Raluca",
        ],
        families: &[
            ("Popescu", "Popescu"),
            ("Ionescu", "Ionescu"),
            ("Stan", "Stan"),
            ("Dumitru", "Dumitru"),
            ("Rusu", "Rusu"),
            ("Munteanu", "Munteanu"),
            ("Constantinescu", "Constantinescu"),
        ],
    },
    Country {
        code: "RS",
        places: &[
            ("RS-00", "Beograd", "11"),
            ("RS-06", "Novi Sad", "21"),
            ("RS-20", "Niš", "18"),
            ("RS-12", "Kragujevac", "34"),
        ],
        postal_digits: 5,
        postal_prefix: "",
        phone_prefixes: &["+38160", "+38163", "+38164"],
        phone_digits: 7,
        men: &[
            "Nikola",
            "Marko",
            "Miloš",
            "Stefan",
            "Aleksandar",
            "Đorđe",
            "Vladimir",
        ],
        women: &[
            "Jelena", "Milica", "Marija", "Ana", "Ivana", "Dragana", "Snežana",
        ],
        families: &[
            ("Jovanović", "Jovanović"),
            ("Petrović", "Petrović"),
            ("Nikolić", "Nikolić"),
            ("Marković", "Marković"),
            ("Đorđević", "Đorđević"),
            ("Stojanović", "Stojanović"),
            ("Ilić", "Ilić"),
        ],
    },
    Country {
        code: "AL",
        places: &[
            ("AL-11", "Tiranë", "10"),
            ("AL-02", "Durrës", "20"),
            ("AL-12", "Vlorë", "94"),
            ("AL-10", "Shkodër", "40"),
        ],
        postal_digits: 4,
        postal_prefix: "",
        phone_prefixes: &["+35567", "+35568", "+35569"],
        phone_digits: 7,
        men: &[
            "Arben", "Ilir", "Gentian", "Altin", "Besnik", "Dritan", "Erion",
        ],
        women: &[
            "Elira", "Mirela", "Anila", "Blerta", "Drita", "Ermira", "Valbona",
        ],
        families: &[
            ("Hoxha", "Hoxha"),
            ("Shehu", "Shehu"),
            ("Gjoka", "Gjoka"),
            ("Leka", "Leka"),
            ("Dervishi", "Dervishi"),
            ("Çela", "Çela"),
            ("Kola", "Kola"),
        ],
    },
    Country {
        code: "GB",
        places: &[
            ("GB-LND", "London", ""),
            ("GB-MAN", "Manchester", ""),
            ("GB-BIR", "Birmingham", ""),
            ("GB-EDH", "Edinburgh", ""),
        ],
        postal_digits: 0,
        postal_prefix: "SW1A 1AA",
        phone_prefixes: &["+447400", "+447500", "+447900"],
        phone_digits: 6,
        men: &[
            "Oliver", "George", "Harry", "Jack", "Thomas", "James", "William",
        ],
        women: &[
            "Olivia",
            "Amelia",
            "Isla",
            "Emily",
            "Sophie",
            "Grace",
            "Charlotte",
        ],
        families: &[
            ("Smith", "Smith"),
            ("Jones", "Jones"),
            ("Taylor", "Taylor"),
            ("Brown", "Brown"),
            ("Wilson", "Wilson"),
            ("Evans", "Evans"),
            ("Walker", "Walker"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_people() {
        let make = || Country::by_code("LV").person(&mut Rng::with_seed(7), 3);
        assert_eq!(format!("{:?}", make()), format!("{:?}", make()));
    }

    #[test]
    fn every_number_is_possible_in_its_country() {
        let mut rng = Rng::with_seed(1);
        for country in COUNTRIES {
            for number in (0..10_000).step_by(97) {
                let person = country.person(&mut rng, number);
                let phone = phonenumber::parse(None, &person.phone).unwrap();
                assert!(phone.is_valid(), "{} {}", country.code, person.phone);
            }
        }
    }
}
