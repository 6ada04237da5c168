import LLMBatchCore
import LLMBatchSchema

/// The rows of a request line, read back from its bytes.
struct ParsedRequest {
    /// The rows as objects with their numbers.
    private let rows: [JSONObject]
    /// The numbers of the rows, in the order of the request.
    let numbers: [Int]
    private let line: JSONObject
    private let isDivisible: Bool

    /// Parses the line of a row group; nil when it is not one of this job's.
    init?(line bytes: [UInt8], of definition: TypedJobDefinition) {
        guard let line = try? JSONObject(bytes), let body = line.object("body") else { return nil }
        self.line = line
        if case .embedding(let member) = definition.output {
            guard let id = line.string("custom_id"), let name = RowGroupID(CustomID(id)),
                let texts = body.elements("input"), texts.count == name.places.count
            else { return nil }
            numbers = Array(name.places)
            rows = texts.compactMap {
                try? JSONObject(JSONText.object([(member, body.bytes[$0])]))
            }
            isDivisible = false
            return
        }
        isDivisible = true
        guard let text = body.objects("messages")?.last?.string("content"),
            let rows = Self.rows(text, isSingle: definition.asksPlainText)
        else { return nil }
        self.rows = rows
        numbers = rows.compactMap(Self.number)
        guard numbers.count == rows.count else { return nil }
    }

    /// A row's number is its first member, as written, whatever members follow.
    private static func number(of row: JSONObject) -> Int? {
        guard let first = row.members.first, first.key == TypedJobRow.rowID else { return nil }
        return Int(String(decoding: row.bytes[first.value], as: UTF8.self))
    }

    private static func rows(_ text: String, isSingle: Bool) -> [JSONObject]? {
        let bytes = Array(text.utf8)
        // Version 0.1 wrote a comma after the number of an empty row that contained white space.
        return rows(bytes, isSingle) ?? rows(JSONText.withoutTrailingCommas(bytes), isSingle)
    }

    private static func rows(_ bytes: [UInt8], _ isSingle: Bool) -> [JSONObject]? {
        if isSingle { return (try? JSONObject(bytes)).map { [$0] } }
        guard let list = try? JSONObject(JSONText.object([("rows", bytes)])), let places = list.elements("rows") else {
            return nil
        }
        let rows = places.compactMap { try? JSONObject(list.bytes, in: $0) }
        return rows.count == places.count ? rows : nil
    }

    /// The original row with this number; for an embeddings request, the part of it that was sent.
    func row(_ number: Int) -> [UInt8]? {
        numbers.firstIndex(of: number).map { rows[$0].without(TypedJobRow.rowID) }
    }

    /// The same request for some of its rows, with every other byte kept; nil when it cannot be reduced.
    func line(only wanted: Set<Int>) -> [UInt8]? {
        let kept = zip(rows, numbers).filter { wanted.contains($0.1) }.map { Array($0.0.text) }
        guard !kept.isEmpty, isDivisible, kept.count < numbers.count, let body = line.object("body"),
            let places = body.elements("messages"), let last = body.objects("messages")?.last
        else { return nil }
        let text = JSONText.quoted(String(decoding: JSONText.array(kept), as: UTF8.self))
        let messages = places.dropLast().map { Array(body.bytes[$0]) } + [last.replacing("content", with: text)]
        let narrowed = body.replacing("messages", with: JSONText.array(messages))
        return line.replacing("body", with: StructuredBody(narrowed).counting(kept.count))
    }
}
