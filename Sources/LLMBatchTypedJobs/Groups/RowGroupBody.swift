import LLMBatchCore
import LLMBatchSchema

/// Writes the body of a row group's request; the parts that all groups share are written once.
struct RowGroupBody {
    private let definition: TypedJobDefinition
    private let schema: OutputSchema?
    private let parameters: [(key: String, value: [UInt8])]
    private let instructions: [UInt8]
    /// The `response_format` by number of rows.
    private var formats: [Int: [UInt8]] = [:]

    init(_ definition: TypedJobDefinition) throws(LLMBatchError) {
        self.definition = definition
        schema = try definition.rowSchema
        parameters = definition.parameters.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { ($0.key, $0.value.json) }
        instructions = JSONText.quoted(Self.instructions(definition.prompt, schema))
    }

    mutating func of(_ rows: [TypedJobRow]) throws(LLMBatchError) -> [UInt8] {
        if case .embedding(let member) = definition.output {
            var texts: [[UInt8]] = []
            for row in rows { texts.append(JSONText.quoted(try Self.text(of: row, in: member))) }
            return JSONText.object(parameters + [("input", JSONText.array(texts))])
        }
        let text = definition.asksPlainText ? rows.first?.numbered ?? [] : JSONText.array(rows.map(\.numbered))
        let messages = JSONText.array([
            Self.message("system", instructions),
            Self.message("user", JSONText.quoted(String(decoding: text, as: UTF8.self))),
        ])
        var members = parameters + [("messages", messages)]
        if let format = try format(of: rows.count) { members.append(("response_format", format)) }
        return StructuredBody(JSONText.object(members)).asking(by: definition.asking.way)
    }

    private mutating func format(of count: Int) throws(LLMBatchError) -> [UInt8]? {
        guard let schema else { return nil }
        if let known = formats[count] { return known }
        // In the instructions, a number would only be another source of errors.
        let isCounted = definition.asking.countsRows && definition.asking.way == .format
        let format = try schema.grouped(count: isCounted ? count : nil).responseFormat(
            definition.asking.dialect, name: "rows")
        formats[count] = format
        return format
    }

    private static func message(_ role: String, _ content: [UInt8]) -> [UInt8] {
        JSONText.object([("role", JSONText.quoted(role)), ("content", content)])
    }

    private static func text(of row: TypedJobRow, in member: String) throws(LLMBatchError) -> String {
        guard let text = (try? JSONObject(row.json))?.string(member) else {
            throw LLMBatchError(
                .invalidInput, "row \(row.number) has no text in \"\(member)\"", remedy: "Nothing was stored")
        }
        guard !text.isEmpty else {
            throw LLMBatchError(
                .invalidInput, "row \(row.number) has an empty text in \"\(member)\", which cannot be embedded")
        }
        return text
    }

    /// The prompt and the layout of the answer, also for services that ignore the response format.
    private static func instructions(_ prompt: String, _ schema: OutputSchema?) -> String {
        guard let schema else {
            return prompt
                + "\n\nThe user message is one row, a JSON object. Answer with the text for it and nothing else."
        }
        let fields = schema.root["properties"]?.members?.map(\.key) ?? []
        let members = (schema.standsInRow ? fields : [TypedJobRow.value]).map { "\"\($0)\"" }
        return prompt + """
            \n
            The user message is a JSON array of rows, each with its "row_id". Treat every row on its own. Answer with \
            one JSON object {"rows": [...]} and nothing else. It holds exactly one object for each row, with the same \
            "row_id"\(members.isEmpty ? "" : " and with ")\(members.joined(separator: ", ")).
            """
    }
}
