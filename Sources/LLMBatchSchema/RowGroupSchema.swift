public import LLMBatchCore

extension OutputSchema {
    /// True when an output is an object with named members and no `row_id` of its own. Its members are then beside
    /// `row_id` in a row. Any other output (a string, a number, an array, a dictionary, alternatives) is the row's
    /// member `value`.
    public var standsInRow: Bool {
        let plain: Set<String> = [
            "type", "properties", "required", "additionalProperties", "$schema", "$id", "$defs",
        ]
        guard root["type"]?.text == "object", let properties = root["properties"], properties["row_id"] == nil,
            root.members?.allSatisfy({ plain.contains($0.key) || SchemaAnnotation.holds($0.key) }) == true
        else { return false }
        return root["additionalProperties"].map { if case .bool = $0 { true } else { false } } ?? true
    }

    /// The schema of an answer to a row group: `{"rows": [{"row_id": 0, …the output's members…}]}`.
    ///
    /// - Parameter count: the number of rows, which a service that enforces the schema then returns; nil leaves it
    ///   open.
    public func grouped(count: Int? = nil) throws(LLMBatchError) -> OutputSchema {
        let rowID: JSONNode = ["type": "integer"]
        var row: JSONNode = ["type": "object"]
        if standsInRow {
            row["properties"] = .object(
                [JSONNode.Member(key: "row_id", value: rowID)] + (root["properties"]?.members ?? []))
            row["required"] = .array(["row_id"] + (root["required"]?.elements ?? []))
            row["additionalProperties"] = root["additionalProperties"]
            row["description"] = root["description"]
        } else {
            row["properties"] = ["row_id": rowID, "value": body]
            row["required"] = ["row_id", "value"]
            row["additionalProperties"] = false
        }
        var rows: JSONNode = ["type": "array", "items": row]
        if let count {
            rows["minItems"] = .number(String(count))
            rows["maxItems"] = .number(String(count))
        }
        return try OutputSchema(root: withDefinitions(Self.envelope("rows", rows)), isStored: true)
    }

    /// The schema of one output as an object, which every service accepts: the schema itself when it has named members,
    /// otherwise `{"value": …}`.
    public func asObject() throws(LLMBatchError) -> OutputSchema {
        if isObject { return self }
        return try OutputSchema(root: withDefinitions(Self.envelope("value", body)), isStored: true)
    }

    /// True when an output is an object with named members.
    public var isObject: Bool { root["type"]?.text == "object" && root["properties"] != nil }

    /// The rows of an answer to ``grouped(count:)``, each on its own, so that an invalid one does not affect the others.
    ///
    /// Members other than `rows` are ignored. The outputs are not validated against the schema here.
    ///
    /// - Throws: ``OutputMismatch`` when the answer has no list of rows.
    public func rows(in answer: [UInt8], dialect: SchemaDialect = .plain) throws(OutputMismatch) -> [GroupedRow] {
        let node: JSONNode
        do { node = try JSONNode(answer) } catch { throw OutputMismatch("", "not JSON: \(error)") }
        guard let rows = node["rows"] else { throw OutputMismatch("", "expected an object with rows") }
        guard let rows = rows.elements else { throw OutputMismatch("/rows", "expected array") }
        return rows.enumerated().map { row($1, "/rows/\($0)", dialect) }
    }

    /// The output in an answer to ``asObject()``, as JSON text in the plain form.
    ///
    /// - Throws: ``OutputMismatch`` when the answer is not JSON or lacks the member `value` where it is required.
    public func output(in answer: [UInt8], dialect: SchemaDialect = .plain) throws(OutputMismatch) -> [UInt8] {
        let node: JSONNode
        do { node = try JSONNode(answer) } catch { throw OutputMismatch("", "not JSON: \(error)") }
        if isObject { return restored(node, from: dialect).json }
        guard let value = node["value"] else { throw OutputMismatch("/value", "is missing") }
        return restored(value, from: dialect).json
    }

    // MARK: - Parts

    private func row(_ row: JSONNode, _ path: String, _ dialect: SchemaDialect) -> GroupedRow {
        var violations: [SchemaViolation] = []
        func wrong(_ place: String, _ reason: String) {
            violations.append(SchemaViolation(path: place, reason: reason))
        }
        var rowID: Int?
        switch row["row_id"] {
        case .number(let literal)?:
            rowID = JSONNumber(literal).whole.flatMap { Int(exactly: $0) }
            if rowID == nil { wrong(path.pointer("row_id"), "expected integer, found a number") }
        case let other?: wrong(path.pointer("row_id"), "expected integer, found \(JSONType.name(of: other))")
        case nil: wrong(path.pointer("row_id"), "is missing")
        }
        guard let members = row.members else {
            return GroupedRow(
                rowID: nil, output: row.json,
                violations: [SchemaViolation(path: path, reason: "expected object, found \(JSONType.name(of: row))")])
        }
        if members.count(where: { $0.key.hasSameBytes(as: "row_id") }) > 1 {
            wrong(path.pointer("row_id"), "appears twice"); rowID = nil
        }
        let rest = members.filter { !$0.key.hasSameBytes(as: "row_id") }
        guard !standsInRow else {
            return GroupedRow(rowID: rowID, output: restored(.object(rest), from: dialect).json, violations: violations)
        }
        for other in rest where !other.key.hasSameBytes(as: "value") {
            wrong(path.pointer(other.key), "is not a known member")
        }
        if rest.count(where: { $0.key.hasSameBytes(as: "value") }) > 1 { wrong(path.pointer("value"), "appears twice") }
        guard let value = row["value"] else {
            wrong(path.pointer("value"), "is missing")
            return GroupedRow(rowID: rowID, output: JSONNode.null.json, violations: violations)
        }
        return GroupedRow(rowID: rowID, output: restored(value, from: dialect).json, violations: violations)
    }

    /// The schema without the keywords of a document's root.
    private var body: JSONNode {
        var node = root
        for keyword in ["$defs", "$schema", "$id"] { node[keyword] = nil }
        return node
    }

    private func withDefinitions(_ node: JSONNode) -> JSONNode {
        var node = node
        node["$defs"] = root["$defs"]
        return node
    }

    private static func envelope(_ name: String, _ node: JSONNode) -> JSONNode {
        [
            "type": "object", "properties": .object([JSONNode.Member(key: name, value: node)]),
            "required": [.string(name)], "additionalProperties": false,
        ]
    }
}
