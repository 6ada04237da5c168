/// The body of a chat request that asks for an answer matching a schema, and the same request asking in another way.
package struct StructuredBody {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The body asking in another way than by a format with a schema; all other bytes are kept.
    package func asking(by way: StructuredOutput) -> [UInt8] {
        guard way != .format, let body = try? JSONObject(bytes), let schema = Self.schema(of: body) else {
            return bytes
        }
        let told = Self.telling(body, schema)
        guard let object = try? JSONObject(told) else { return bytes }
        return switch way {
        case .format: bytes
        case .object:
            object.replacing("response_format", with: JSONText.object([("type", JSONText.quoted("json_object"))]))
        case .none: object.without("response_format")
        }
    }

    /// The body with another number of rows in its schema, if it states one.
    package func counting(_ rows: Int) -> [UInt8] {
        guard let body = try? JSONObject(bytes), let schema = Self.schema(of: body),
            let list = schema.object("properties")?.object("rows"), list.has("minItems"), list.has("maxItems"),
            let fewest = try? JSONObject(list.replacing("minItems", with: Array(String(rows).utf8)))
        else { return bytes }
        let counted = fewest.replacing("maxItems", with: Array(String(rows).utf8))
        return Self.replacing(
            ["response_format", "json_schema", "schema", "properties", "rows"][...], in: body, with: counted)
    }

    /// True when it asks by a format with a schema.
    package var hasSchema: Bool { (try? JSONObject(bytes)).flatMap(Self.schema) != nil }

    private static func schema(of body: JSONObject) -> JSONObject? {
        body.object("response_format")?.object("json_schema")?.object("schema")
    }

    private static func replacing(_ path: ArraySlice<String>, in object: JSONObject, with value: [UInt8]) -> [UInt8] {
        guard let key = path.first else { return value }
        guard let inner = object.object(key) else { return Array(object.text) }
        return object.replacing(key, with: replacing(path.dropFirst(), in: inner, with: value))
    }

    /// The schema as part of the first message, without its number of rows.
    private static func telling(_ body: JSONObject, _ schema: JSONObject) -> [UInt8] {
        guard let places = body.elements("messages"), let first = places.first,
            let message = try? JSONObject(body.bytes, in: first), let text = message.string("content"),
            var told = try? JSONNode(Array(schema.text))
        else { return Array(body.text) }
        if var properties = told["properties"], var rows = properties["rows"] {
            for keyword in ["minItems", "maxItems"] { rows[keyword] = nil }
            properties["rows"] = rows
            told["properties"] = properties
        }
        let words = "\n\nThe JSON object fits this JSON Schema: \(String(decoding: told.json, as: UTF8.self))"
        let messages =
            [message.replacing("content", with: JSONText.quoted(text + words))]
            + places.dropFirst().map { Array(body.bytes[$0]) }
        return body.replacing("messages", with: JSONText.array(messages))
    }
}
