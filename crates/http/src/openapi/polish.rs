//! What holds for all operations and shapes, and so is said once.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{Components, Object, OpenApi as Document, RefOr, Required, Response, Schema};

/// What names only what there is to say.
const EXTRAS: &str = "FailureExtras";

/// Says what holds for all shapes: an answer names every field, `null` where there is nothing, but for the extras of a
/// failure; a body that needs no field may be left out; conditions and keys are the same everywhere.
pub(crate) fn polish(document: &mut Document) {
    let sent = sent_by_clients(document);
    let Some(components) = &mut document.components else {
        return;
    };
    for (name, schema) in &mut components.schemas {
        for object in objects_of(schema) {
            if sent.contains(name) {
                object.properties.values_mut().for_each(readable);
            } else if name != EXTRAS {
                object.required = object.properties.keys().cloned().collect();
            }
        }
    }
    for item in document.paths.paths.values_mut() {
        let verbs = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch];
        for operation in verbs.into_iter().flatten() {
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                relax(body, components);
            }
            conditional(operation, true);
            repeatable(operation);
        }
        if let Some(operation) = &mut item.delete {
            conditional(operation, false);
        }
    }
}

/// The shapes that bodies of requests are made of.
fn sent_by_clients(document: &Document) -> BTreeSet<String> {
    let operations = document.paths.paths.values();
    let operations = operations.flat_map(|item| [&item.get, &item.post, &item.put, &item.patch, &item.delete]);
    let bodies = operations
        .flatten()
        .filter_map(|operation| operation.request_body.as_ref());
    let mut left: Vec<_> = bodies.flat_map(names_in).collect();
    let mut sent = BTreeSet::new();
    while let Some(name) = left.pop() {
        let schemas = document.components.as_ref().map(|components| &components.schemas);
        if let Some(schema) = schemas.and_then(|schemas| schemas.get(&name))
            && sent.insert(name)
        {
            left.extend(names_in(schema));
        }
    }
    sent
}

/// The names of the shapes that something refers to.
fn names_in(part: &impl Serialize) -> Vec<String> {
    let mut names = Vec::new();
    let mut left: Vec<_> = serde_json::to_value(part).into_iter().collect();
    while let Some(value) = left.pop() {
        match value {
            Value::Object(mut map) => {
                if let Some(Value::String(reference)) = map.remove("$ref") {
                    names.extend(reference.rsplit('/').next().map(str::to_owned));
                }
                left.extend(map.into_iter().map(|(_, value)| value));
            }
            Value::Array(list) => left.extend(list),
            _ => {}
        }
    }
    names
}

/// The objects that a shape is put together from.
fn objects_of(schema: &mut RefOr<Schema>) -> Vec<&mut Object> {
    match schema {
        RefOr::T(Schema::Object(object)) => vec![object],
        RefOr::T(Schema::AllOf(parts)) => parts.items.iter_mut().flat_map(objects_of).collect(),
        RefOr::T(_) | RefOr::Ref(_) => Vec::new(),
    }
}

/// A text that nothing else is said of has no NUL, which PostgreSQL cannot hold.
fn readable(property: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = property else {
        return;
    };
    let is_text = match &object.schema_type {
        SchemaType::Type(kind) => *kind == Type::String,
        SchemaType::Array(kinds) => kinds.contains(&Type::String),
        SchemaType::AnyValue => false,
    };
    if is_text && object.pattern.is_none() && object.format.is_none() && object.enum_values.is_none() {
        object.pattern = Some(r"^[^\u0000]*$".to_owned());
    }
}

/// Whoever answers 304 or 412 takes a condition, and tells the version that the next one names.
fn conditional(operation: &mut Operation, tells_version: bool) {
    let conditions = [
        (
            "304",
            "If-None-Match",
            "The `ETag` of an earlier answer: 304 as long as nothing of it has changed.",
        ),
        (
            "412",
            "If-Match",
            "The `ETag` that was seen last: 412, and nothing is changed, where there is a newer one.",
        ),
    ];
    for (status, name, description) in conditions {
        if !operation.responses.responses.contains_key(status) {
            continue;
        }
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(description))
            .schema(Some(Object::with_type(Type::String)));
        operation
            .parameters
            .get_or_insert_default()
            .push(RefOr::T(parameter.build()));
        for success in ["200", "201"] {
            if tells_version && let Some(RefOr::T(answer)) = operation.responses.responses.get_mut(success) {
                header(answer, "ETag", "Its version, for conditional requests.");
            }
        }
    }
}

/// Whoever takes an idempotency key says whether the request was answered before.
fn repeatable(operation: &mut Operation) {
    let mut parameters = operation.parameters.iter().flatten();
    if !parameters.any(|parameter| matches!(parameter, RefOr::T(known) if known.name == "Idempotency-Key")) {
        return;
    }
    if let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("201") {
        header(
            answer,
            "Idempotency-Replayed",
            "`true` where an earlier request with this key made it.",
        );
    }
}

fn header(answer: &mut Response, name: &str, description: &str) {
    let header = HeaderBuilder::new()
        .schema(Some(Object::with_type(Type::String)))
        .description(Some(description));
    answer
        .headers
        .entry(name.to_owned())
        .or_insert_with(|| RefOr::T(header.build()));
}

fn relax(body: &mut RequestBody, components: &Components) {
    let named = body.content.values().find_map(|content| match content {
        RefOr::T(content) => object_of(content.schema.as_ref()?, components),
        RefOr::Ref(_) => None,
    });
    if named.is_some_and(|object| object.required.is_empty() && object.min_properties.is_none()) {
        body.required = Some(Required::False);
    }
}

fn object_of<'a>(schema: &'a RefOr<Schema>, components: &'a Components) -> Option<&'a Object> {
    match schema {
        RefOr::T(Schema::Object(object)) => Some(object),
        RefOr::T(_) => None,
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next()?;
            match components.schemas.get(name)? {
                RefOr::T(Schema::Object(object)) => Some(object),
                _ => None,
            }
        }
    }
}
