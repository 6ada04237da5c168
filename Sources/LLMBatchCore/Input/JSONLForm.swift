/// Checks the beginning of a JSON lines file. A file that is clearly in another format is refused with its format and
/// how to convert it.
package enum JSONLForm {
    /// How much of the file is checked.
    private static let prefixLength = 64 * 1024

    /// - Throws: `invalidInput` with the file and its format.
    package static func check(_ file: FileBytes, name: String, wanted: OtherFormat.Wanted) throws {
        try check(prefix: try file.prefix(prefixLength), name: name, wanted: wanted)
    }

    /// - Parameter prefix: the beginning of the file, or all of it.
    static func check(prefix: [UInt8], name: String, wanted: OtherFormat.Wanted) throws {
        var bytes = Array(prefix.prefix(prefixLength))
        if let other = OtherFormat(bytes) ?? OtherFormat.encoding(of: bytes) {
            throw other.refusal(of: name, wanted: wanted)
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        let file = name == "standard input" ? "FILE" : ShellWord.quoted(name)
        func refusal(_ what: String, _ advice: String?, _ step: Remedy.Step) -> LLMBatchError {
            let remedy = Remedy("Nothing was stored" + (advice.map { ". \($0)" } ?? ""), step)
            return LLMBatchError(.invalidInput, "\(name):1: \(what)", remedy: remedy)
        }
        func perLine(_ filter: String) -> Remedy.Step {
            .convert(shell: "jq -c \(filter) \(file)", then: wanted.reader)
        }
        let line = wanted == .requests ? "line" : "row"
        switch Document(bytes) {
        case .array(isOfObjects: let isOfObjects) where wanted == .requests || isOfObjects:
            throw refusal(
                "the \(line) is not a JSON object: the file is one JSON array",
                "Write one JSON object per line", perLine("'.[]'"))
        case .objects:
            throw refusal(
                "the \(line) is not JSON: the file contains JSON values that span several lines",
                "Write one JSON object per line", perLine("."))
        case .table where wanted == .requests:
            throw refusal(
                "the line is not JSON: the file looks like a table (CSV)",
                "To send a request per row, run a typed job",
                .runTypedJob(file: name == "standard input" ? "FILE" : name))
        case .table:
            throw refusal("the row is not JSON: the file looks like a table (CSV)", nil, .give(.format("csv")))
        default: break
        }
    }

    /// What the text is when it is read as one document.
    private enum Document {
        case lines
        case array(isOfObjects: Bool)
        /// An object that spans several lines.
        case objects
        case table

        init(_ bytes: [UInt8]) {
            let isSpace = { (byte: UInt8) in [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
            guard let start = bytes.firstIndex(where: { !isSpace($0) }) else { self = .lines; return }
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            switch bytes[start] {
            case UInt8(ascii: "["): self = Self.bracketed(bytes, start, end)
            case UInt8(ascii: "{"):
                let isBroken = end < bytes.count && Self.isCut(bytes[start..<end]) && Self.holds(bytes[start...])
                self = isBroken ? .objects : .lines
            default: self = Self.isTable(bytes[start..<end]) ? .table : .lines
            }
        }

        /// An array that fills the file, in any layout; lines that are arrays are lines.
        private static func bracketed(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Document {
            let first = bytes[(start + 1)...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
            let isOfObjects = first == UInt8(ascii: "{")
            let isCut = isCut(bytes[start..<end])
            let hasMore = bytes[end...].contains { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
            if !isCut, hasMore { return .lines }
            guard holds(bytes[start...]) else { return .lines }
            return .array(isOfObjects: isOfObjects || isCut && end < bytes.count)
        }

        /// True for the start of a JSON value that does not end here.
        private static func isCut(_ text: ArraySlice<UInt8>) -> Bool {
            guard let offset = fault(text) else { return false }
            return offset >= text.count
        }

        /// True when the text starts with a JSON value, or with the beginning of one.
        private static func holds(_ text: ArraySlice<UInt8>) -> Bool { fault(text).map { $0 >= text.count } ?? true }

        /// Where the first value of a text has a syntax error.
        private static func fault(_ text: ArraySlice<UInt8>) -> Int? {
            text.withUnsafeBufferPointer { whole in
                var scanner = JSONScanner(whole)
                do throws(JSONSyntaxError) { _ = try scanner.value() } catch { return error.offset }
                return nil
            }
        }

        /// True for names or texts with delimiters between them.
        private static func isTable(_ line: ArraySlice<UInt8>) -> Bool {
            let text = line.last == 0x0D ? line.dropLast() : line
            return fault(text) != nil || text.first == UInt8(ascii: "\"")
                ? text.contains { [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")].contains($0) } : false
        }
    }
}
