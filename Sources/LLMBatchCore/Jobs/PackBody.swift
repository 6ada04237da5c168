/// Writes the body of a pack's request: what all packs share is written once.
struct PackBody {
    private let definition: JobDefinition
    private let head: [UInt8]
    private let tail: [UInt8]

    init(_ definition: JobDefinition) throws(LLMBatchError) {
        self.definition = definition
        var head = Array("{".utf8)
        for (key, value) in definition.parameters.sorted(by: { $0.key < $1.key }) {
            head += JSONText.quoted(key) + Array(":".utf8) + value.json + Array(",".utf8)
        }
        if case .embedding = definition.output {
            self.head = head + Array("\"input\":".utf8)
            tail = Array("}".utf8)
            return
        }
        let schema = try definition.rowSchema
        head += Array("\"messages\":[{\"role\":\"system\",\"content\":".utf8)
        head += JSONText.quoted(Self.instructions(definition.prompt, schema))
        self.head = head + Array("},{\"role\":\"user\",\"content\":".utf8)
        let format = try schema?.packed().responseFormat(definition.dialect, name: "rows")
        // The object's brace that closes it closes the body.
        tail = Array("}]".utf8) + (format.map { Array(",".utf8) + $0.dropFirst() } ?? Array("}".utf8))
    }

    func of(_ rows: [JobRow]) throws(LLMBatchError) -> [UInt8] {
        head + (try content(rows)) + tail
    }

    private func content(_ rows: [JobRow]) throws(LLMBatchError) -> [UInt8] {
        if case .embedding(let member) = definition.output {
            var texts: [[UInt8]] = []
            for row in rows { texts.append(JSONText.quoted(try Self.text(of: row, in: member))) }
            return Self.list(texts)
        }
        let text = definition.asksPlainText ? rows.first?.numbered ?? [] : Self.list(rows.map(\.numbered))
        return JSONText.quoted(String(decoding: text, as: UTF8.self))
    }

    private static func text(of row: JobRow, in member: String) throws(LLMBatchError) -> String {
        guard let text = (try? JSONObject(row.json))?.string(member) else {
            throw LLMBatchError(
                .invalidInput, "row \(row.number) has no text in \"\(member)\"", hint: "Nothing was stored")
        }
        guard !text.isEmpty else {
            throw LLMBatchError(
                .invalidInput, "row \(row.number) has an empty text in \"\(member)\", which cannot be embedded")
        }
        return text
    }

    static func list(_ elements: [[UInt8]]) -> [UInt8] {
        Array("[".utf8) + Array(elements.joined(separator: Array(",".utf8))) + Array("]".utf8)
    }

    /// The prompt, and how the answer is to be laid out, for services that leave the response format aside, too.
    private static func instructions(_ prompt: String, _ schema: OutputSchema?) -> String {
        guard let schema else {
            return prompt
                + "\n\nThe user message is one row, a JSON object. Answer with the text for it and nothing else."
        }
        let fields = schema.root["properties"]?.members?.map(\.key) ?? []
        let members = (schema.standsInRow ? fields : [JobRow.value]).map { "\"\($0)\"" }
        return prompt + """
            \n
            The user message is a JSON array of rows, each with its "row_id". Treat every row on its own. Answer with \
            one JSON object {"rows": [...]} and nothing else. It holds exactly one object for each row, with the same \
            "row_id"\(members.isEmpty ? "" : " and with ")\(members.joined(separator: ", ")).
            """
    }
}
