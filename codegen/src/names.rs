//! Names that the generated Rust could not hold: taken by the generated code itself, or by two things at once.
//!
//! A spec may use one name for a type and for an event; in Rust both become something else, and what they become must
//! differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::case::{camel, snake};
use crate::diagnostics::{Code, Diagnostics, Span};
use crate::emit::{RUNTIME, TABLES_RUNTIME};
use crate::syntax::{self as tree, FieldItem, LinePart, MessageItem, Name};

/// What the emitters declare beside what the spec does.
const OWN_ITEMS: [&str; 11] = [
    "Anomaly",
    "Event",
    "Exchange",
    "ExchangeCourse",
    "ExchangeMessage",
    "Seal",
    "limits",
    "numbers",
    "order",
    "sealings",
    "words",
];

/// What fields are read and written with; a field of such a name would hide it.
const BESIDE_FIELDS: [&str; 9] = [
    "packet",
    "place",
    "put",
    "read_constant",
    "read_flag",
    "read_within",
    "slices",
    "take_rest",
    "take_sized",
];

/// Names in every scope of Rust that the generated code relies on.
const PRELUDE: [&str; 9] = ["Clone", "Copy", "Fn", "FnMut", "Option", "Result", "Sized", "TryFrom", "Vec"];

/// Reports every such name.
pub(crate) fn check(spec: &tree::Spec, diagnostics: &mut Diagnostics) {
    Names { diagnostics }.spec(spec);
}

struct Names<'n> {
    diagnostics: &'n mut Diagnostics,
}

/// Names of one scope of Rust: who took each first.
type Scope = BTreeMap<String, Name>;

impl Names<'_> {
    fn spec(&mut self, spec: &tree::Spec) {
        let mut items = Scope::new();
        let mut item = |names: &mut Self, rust: String, name: &Name| names.take(&mut items, &OWN, rust, name);
        for declared in &spec.types {
            if matches!(declared.shape, tree::TypeShape::Integer(_) | tree::TypeShape::Flag) {
                continue;
            }
            let (rust, name) = match &declared.rust_name {
                Some(name) => (name.text.clone(), name),
                None => (camel(&declared.name.text), &declared.name),
            };
            item(self, rust, name);
        }
        let plain = spec.records.iter().map(|item| &item.name);
        let plain = plain.chain(spec.groups.iter().chain(&spec.frames).map(|item| &item.name));
        for name in plain.chain(spec.lines.iter().map(|item| &item.name)) {
            item(self, name.text.clone(), name);
        }
        for table in &spec.tables {
            item(self, table.name.text.clone(), &table.name);
            item(self, format!("{}Row", table.name.text), &table.name);
            for column in &table.columns {
                if let tree::ColumnKindItem::OneOf(_) = column.kind {
                    item(self, format!("{}{}", table.name.text, camel(&column.name.text)), &column.name);
                }
            }
        }
        for keyed in &spec.keyed {
            item(self, keyed.name.text.clone(), &keyed.name);
            item(self, snake(&keyed.name.text), &keyed.name);
        }
        let modules = spec.layers.iter().map(|item| &item.name);
        for name in modules.chain(spec.exchanges.iter().map(|item| &item.name)) {
            item(self, snake(&name.text), name);
        }

        self.scope([], spec.events.iter().map(|item| &item.name), camel);
        self.scope([], spec.anomalies.iter().map(|item| &item.name), camel);
        self.scope([], spec.limits.iter().map(|item| &item.name), str::to_uppercase);
        self.scope([], spec.numbers.iter().map(|item| &item.name), str::to_uppercase);
        self.scope([], spec.sealings.iter().map(|item| &item.name), snake);
        for table in &spec.tables {
            let names = table.columns.iter().map(|column| &column.name);
            self.scope(["all", "index", "like", "name", "of_name", "row"], names, str::to_owned);
            for column in &table.columns {
                if let tree::ColumnKindItem::OneOf(words) = &column.kind {
                    self.scope([], words.iter(), camel);
                }
            }
        }
        self.scope([], spec.words.iter().map(|item| &item.name), str::to_uppercase);
        for record in spec.records.iter().chain(&spec.events) {
            self.scope(["visit"], record.parameters.iter().map(|item| &item.name), str::to_owned);
        }
        for group in &spec.groups {
            self.fields(&group.fields);
        }
        for frame in &spec.frames {
            // Its length is told from the fields in front, which stand beside these.
            let names = frame.fields.iter().map(|item| &item.name);
            self.scope(
                BESIDE_FIELDS.into_iter().chain(["head", "octets", "part", "total"]),
                names,
                str::to_owned,
            );
        }
        for line in &spec.lines {
            let names = line.parts.iter().filter_map(|part| match part {
                LinePart::Field { name, .. } => Some(name),
                LinePart::Literal(_) => None,
            });
            self.scope(["line", "rest"], names, str::to_owned);
        }
        for keyed in &spec.keyed {
            let names = keyed.variants.iter().map(|item| &item.name);
            self.scope(PRELUDE.into_iter().chain([keyed.name.text.as_str()]), names, str::to_owned);
            for variant in &keyed.variants {
                self.fields(&variant.fields);
            }
        }
        self.orders(spec);
        let messages = spec.layers.iter().map(|item| &item.messages);
        for messages in messages.chain(spec.exchanges.iter().map(|item| &item.messages)) {
            self.messages(messages);
        }
    }

    /// The modules of orders, and what they declare.
    fn orders(&mut self, spec: &tree::Spec) {
        let of_exchanges = spec.exchanges.iter().filter(|item| item.order.is_some()).map(|item| &item.name);
        let modules = spec.orders.iter().map(|order| &order.name).chain(of_exchanges);
        self.scope([], modules, snake);
        let mut modules = Scope::new();
        for exchange in spec.exchanges.iter().filter(|item| item.order.is_some()) {
            modules.insert(exchange.name.text.clone(), exchange.name.clone());
        }
        for order in &spec.orders {
            if let Some(first) = modules.get(&order.name.text) {
                let message = format!("exchange `{}` has an order already", order.name.text);
                self.diagnostics
                    .report(Code::DuplicateName, &order.name.span, message)
                    .related(&first.span.clone(), "the exchange");
            }
        }
        for order in spec.orders.iter().chain(spec.exchanges.iter().filter_map(|item| item.order.as_ref())) {
            self.scope(["ALL", "START"], order.states.iter().map(|item| &item.name), str::to_owned);
            self.scope([], order.variations.iter().map(|item| &item.name), str::to_owned);
        }
    }

    fn messages(&mut self, messages: &[MessageItem]) {
        let names = messages.iter().map(|item| &item.name);
        // What a module declares hides what the file does; these its messages need.
        let needed = PRELUDE.into_iter().chain([
            "Kind",
            "ALL",
            "Message",
            "Parsed",
            "ParseError",
            "ParseErrorKind",
            "Origin",
            "Role",
            "Sender",
        ]);
        self.scope(
            needed.chain(["Anomaly", "BinResult", "Cursor", "Event", "Repeated", "Sizes", "limits"]),
            names,
            str::to_owned,
        );
        for message in messages {
            self.fields(&message.fields);
            // Texts that never change become constants, beside one for the sizes.
            let constants = message
                .fields
                .iter()
                .filter(|field| matches!(field.constant, Some(tree::Constant::Text(..))));
            self.scope(["PAYLOAD"], constants.map(|field| &field.name), str::to_uppercase);
        }
    }

    fn fields(&mut self, fields: &[FieldItem]) {
        self.scope(BESIDE_FIELDS, fields.iter().map(|item| &item.name), str::to_owned);
    }

    /// The names of one scope, in which some are reserved.
    fn scope<'n>(
        &mut self,
        reserved: impl IntoIterator<Item = &'n str>,
        names: impl Iterator<Item = &'n Name>,
        rust: fn(&str) -> String,
    ) {
        let reserved = reserved.into_iter().map(str::to_owned).collect();
        let mut scope = Scope::new();
        for name in names {
            self.take(&mut scope, &reserved, rust(&name.text), name);
        }
    }

    fn take(&mut self, scope: &mut Scope, reserved: &BTreeSet<String>, rust: String, name: &Name) {
        if reserved.contains(&rust) {
            let message = format!("`{rust}` is a name that the generated code needs for itself");
            let help = if rust == name.text {
                "take another".to_owned()
            } else {
                format!(
                    "`{}` becomes `{rust}`; take another (a type may say which: `type {0} as …`)",
                    name.text
                )
            };
            self.diagnostics.report(Code::DuplicateName, &name.span, message).help(help);
            return;
        }
        // Names that are the same in the spec already are reported where they are looked up.
        if let Some(first) = scope.get(&rust).filter(|first| first.text != name.text) {
            let message = format!("`{}` and `{}` are both `{rust}` in Rust", first.text, name.text);
            let first: Span = first.span.clone();
            self.diagnostics.report(Code::DuplicateName, &name.span, message).related(&first, "first here");
            return;
        }
        scope.entry(rust).or_insert_with(|| name.clone());
    }
}

/// Names of all items that stand in every generated file.
static OWN: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let runtime =
        syn::parse_file(&[RUNTIME, TABLES_RUNTIME].concat()).map(|file| file.items).unwrap_or_default();
    let declared = runtime.iter().filter_map(|item| match item {
        syn::Item::Enum(item) => Some(item.ident.to_string()),
        syn::Item::Struct(item) => Some(item.ident.to_string()),
        syn::Item::Trait(item) => Some(item.ident.to_string()),
        _ => None,
    });
    let used = [
        "BinRead",
        "BinResult",
        "BinWrite",
        "Cursor",
        "Endian",
        "PhantomData",
        "Read",
        "Seek",
        "SeekFrom",
        "Write",
        "binrw",
        "fmt",
        "memchr",
        "std",
    ];
    let rust = ["Self", "u8", "u16", "u32", "u64", "i64", "usize", "bool", "str"];
    let own = OWN_ITEMS.into_iter().chain(PRELUDE).chain(used).chain(rust).map(str::to_owned);
    declared.chain(own).collect()
});
