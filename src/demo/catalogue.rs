//! Who trades on the demo market, and what the buyers ask for.

use serde_json::{Value, json};

/// An organisation of the demo with the person who signs in.
pub struct Party {
    pub name: &'static str,
    pub country: &'static str,
    pub user: &'static str,
    pub email: &'static str,
}

pub const OPERATOR: Party = Party {
    name: "Galena Exchange",
    country: "LV",
    user: "Operator",
    email: "operator@demo.example",
};

/// Signs in with the operator's password.
pub const FINANCE: Party = Party {
    user: "Finance",
    email: "finance@demo.example",
    ..OPERATOR
};

/// The first is the one whose sign-in is printed.
pub const SELLERS: &[Party] = &[
    Party {
        name: "Baltic Lead Works",
        country: "LV",
        user: "Seller",
        email: "seller@demo.example",
    },
    Party {
        name: "Neva Traffic",
        country: "RU",
        user: "Neva desk",
        email: "neva@demo.example",
    },
    Party {
        name: "Carpathia Performance",
        country: "RO",
        user: "Carpathia desk",
        email: "carpathia@demo.example",
    },
    Party {
        name: "Beograd Klik",
        country: "RS",
        user: "Beograd desk",
        email: "beograd@demo.example",
    },
    Party {
        name: "Adriatik Media",
        country: "AL",
        user: "Adriatik desk",
        email: "adriatik@demo.example",
    },
];

/// A buyer with its wallet and its standing orders.
pub struct Buyer {
    pub party: Party,
    /// Amount and currency of what it paid in.
    pub deposit: (&'static str, &'static str),
    pub requests: fn() -> Vec<Value>,
}

/// The first is the one whose sign-in is printed: the shop for diamond-studded glasses.
pub const BUYERS: &[Buyer] = &[
    Buyer {
        party: Party {
            name: "Diamant Optika",
            country: "RU",
            user: "Buyer",
            email: "buyer@demo.example",
        },
        deposit: ("250000.00", "RUB"),
        requests: || vec![diamond_glasses(), sunglasses()],
    },
    Buyer {
        party: Party {
            name: "Rīgas Optika",
            country: "LV",
            user: "Optika desk",
            email: "rigas-optika@demo.example",
        },
        deposit: ("6000.00", "EUR"),
        requests: || {
            vec![request(
                "Glasses in Latvia",
                "eyewear",
                json!({"all": [
                    {"field": "country", "op": "eq", "value": "LV"},
                    {"field": "wears_glasses", "op": "eq", "value": true, "wish": true},
                ]}),
                ("9.00", "EUR"),
                400,
            )]
        },
    },
    Buyer {
        party: Party {
            name: "OptiVida",
            country: "RO",
            user: "OptiVida desk",
            email: "optivida@demo.example",
        },
        deposit: ("6000.00", "EUR"),
        requests: || {
            vec![request(
                "Balkan eyewear",
                "eyewear",
                json!({"all": [
                    {"field": "country", "op": "in", "value": ["RO", "RS", "AL"]},
                    {"field": "age", "op": "gte", "value": 25},
                ]}),
                ("7.50", "EUR"),
                500,
            )]
        },
    },
    Buyer {
        party: Party {
            name: "Pipewise CRM",
            country: "GB",
            user: "Pipewise desk",
            email: "pipewise@demo.example",
        },
        deposit: ("12000.00", "EUR"),
        requests: || {
            vec![request(
                "Decision-makers in technology",
                "b2b-software",
                json!({"all": [
                    {"field": "seniority", "op": "in", "value": ["manager", "director", "vice_president", "c_level", "owner"]},
                    {"field": "employees", "op": "gte", "value": 51},
                    {"field": "industry", "op": "eq", "value": "technology"},
                ]}),
                ("50.00", "EUR"),
                150,
            )]
        },
    },
    Buyer {
        party: Party {
            name: "Plata Payroll",
            country: "RS",
            user: "Plata desk",
            email: "plata@demo.example",
        },
        deposit: ("12000.00", "EUR"),
        requests: || {
            vec![request(
                "Payroll and accounting",
                "b2b-software",
                json!({"all": [
                    {"field": "problem", "op": "in", "value": ["payroll", "accounting", "inventory", "crm"]},
                    {"not": {"field": "industry", "op": "eq", "value": "public_sector"}},
                ]}),
                ("28.00", "EUR"),
                350,
            )]
        },
    },
    Buyer {
        party: Party {
            name: "Datu Kalve",
            country: "LV",
            user: "Datu desk",
            email: "datu-kalve@demo.example",
        },
        deposit: ("9000.00", "EUR"),
        requests: || {
            vec![request(
                "Companies above ten people",
                "b2b-software",
                json!({"field": "employees", "op": "gte", "value": 10}),
                ("22.00", "EUR"),
                350,
            )]
        },
    },
    Buyer {
        party: Party {
            name: "Dielli Solar",
            country: "AL",
            user: "Dielli desk",
            email: "dielli@demo.example",
        },
        deposit: ("7000.00", "EUR"),
        requests: || {
            vec![request(
                "Roofs in Albania and Serbia",
                "home-solar",
                json!({"all": [
                    {"field": "country", "op": "in", "value": ["AL", "RS"]},
                    {"field": "home_owner", "op": "eq", "value": true},
                ]}),
                ("18.00", "EUR"),
                300,
            )]
        },
    },
    Buyer {
        party: Party {
            name: "Sunrise Roofs",
            country: "GB",
            user: "Sunrise desk",
            email: "sunrise@demo.example",
        },
        deposit: ("15000.00", "EUR"),
        requests: || {
            vec![request(
                "Home owners",
                "home-solar",
                json!({"all": [
                    {"field": "home_owner", "op": "eq", "value": true},
                    {"any": [
                        {"field": "monthly_bill", "op": "gte", "value": 80},
                        {"field": "battery", "op": "eq", "value": true},
                    ]},
                ]}),
                ("35.00", "EUR"),
                350,
            )]
        },
    },
];

/// The request that every release must be able to serve: 50 leads at 600 RUB.
fn diamond_glasses() -> Value {
    request(
        "Diamond glasses",
        "eyewear",
        json!({"all": [
            {"field": "age", "op": "gte", "value": 30},
            {"field": "region", "op": "in", "value": ["RU-MOW", "RU-SPE"]},
            {"field": "marital_status", "op": "in", "value": ["has_partner", "married"]},
            {"field": "looking_for", "op": "eq", "value": "good_beautiful_glasses"},
            {"field": "employed", "op": "eq", "value": true, "wish": true},
        ]}),
        ("600.00", "RUB"),
        50,
    )
}

fn sunglasses() -> Value {
    request(
        "Sunglasses",
        "eyewear",
        json!({"all": [
            {"field": "country", "op": "eq", "value": "RU"},
            {"field": "looking_for", "op": "in", "value": ["sunglasses", "contact_lenses", "reading_glasses"]},
        ]}),
        ("350.00", "RUB"),
        400,
    )
}

fn request(
    name: &str,
    vertical: &str,
    filter: Value,
    (amount, currency): (&str, &str),
    quantity: i64,
) -> Value {
    json!({
        "name": name,
        "vertical": vertical,
        "filter": filter,
        "needs": ["phone", "email"],
        "bid": {"amount": amount, "currency": currency},
        "quantity": quantity,
    })
}
