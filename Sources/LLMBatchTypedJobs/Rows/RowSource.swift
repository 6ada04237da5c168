public import LLMBatchCore
import LLMBatchSchema
import Foundation
import Synchronization

/// The source of a typed job's rows: a JSONL file, standard input, values, or a stream of values.
///
/// A file is streamed line by line and a stream value by value; only the current row group is in memory.
public struct RowSource: Sendable {
    /// The name used in errors: the file's name, `standard input`, or `list`.
    public let name: String
    private let content: @Sendable (_ receive: (TypedJobRow) async throws -> Void) async throws -> Void

    package init(
        name: String, content: @escaping @Sendable (_ receive: (TypedJobRow) async throws -> Void) async throws -> Void
    ) {
        self.name = name
        self.content = content
    }

    /// A JSONL file with one JSON value per line, usually an object. Blank lines are skipped.
    public static func jsonl(_ path: String) -> RowSource {
        RowSource(name: path) { try await read(try FileBytes(path: path), name: path, $0) }
    }

    /// A file that is opened immediately, so that reading it twice (to validate, then to store) reads the same file.
    /// Pipes and devices are supported.
    ///
    /// - Throws: `file` when it cannot be read.
    public static func opened(_ path: String) throws -> RowSource {
        let file = try FileBytes(path: path)
        return RowSource(name: path) { try await read(file, name: path, $0) }
    }

    /// Rows from standard input, in the same format.
    ///
    /// - Throws: `file` when it cannot be read.
    public static func standardInput() throws -> RowSource {
        let (file, name) = (try FileBytes.standardInput(), "standard input")
        return RowSource(name: name) { try await read(file, name: name, $0) }
    }

    /// Objects built in code.
    public static func rows(_ rows: [[String: JSONValue]]) -> RowSource { values(rows) }

    /// Any values; a value that does not encode as an object becomes the member `value` of one.
    public static func values<Values: Sequence & Sendable>(_ values: Values) -> RowSource
    where Values.Element: Encodable {
        RowSource(name: "list") { receive in
            for (number, value) in values.enumerated() { try await receive(try row(value, number)) }
        }
    }

    /// A stream of values, which is read once, in order.
    public static func stream<Values: AsyncSequence & Sendable>(_ values: Values) -> RowSource
    where Values.Element: Encodable {
        let wasRead = Mutex(false)
        return RowSource(name: "list") { receive in
            guard
                wasRead.withLock({ was in
                    defer { was = true }
                    return !was
                })
            else {
                throw LLMBatchError(
                    .invalidConfiguration, "a stream of rows can be read only once",
                    remedy: "Pass the rows in another form")
            }
            var number = 0
            for try await value in values {
                try await receive(try row(value, number))
                number += 1
            }
        }
    }

    /// Reads every row, in order.
    ///
    /// - Throws: `invalidInput` with the place and the reason, also when there are no rows; `file`; any error thrown by
    ///   `receive`.
    package func read(_ receive: (TypedJobRow) async throws -> Void) async throws {
        var isEmpty = true
        try await content { row in
            isEmpty = false
            try await receive(row)
        }
        if isEmpty {
            throw LLMBatchError(.invalidInput, "\(name) contains no rows", remedy: "A job needs at least one row")
        }
    }

    /// The first row alone.
    ///
    /// - Throws: `invalidConfiguration` when there is none.
    package func first() async throws -> RowSource {
        struct Enough: Error {}
        var first: TypedJobRow?
        do {
            try await content { row in
                first = row
                throw Enough()
            }
        } catch is Enough {}
        guard let first else {
            throw LLMBatchError(.invalidConfiguration, "\(name) contains no row to test the job on")
        }
        return RowSource(name: name) { try await $0(first) }
    }

    private static func row(_ value: some Encodable, _ number: Int) throws -> TypedJobRow {
        // Equal values must have equal bytes, or a job would not be recognised when it is resumed.
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        let text: [UInt8]
        do { text = [UInt8](try encoder.encode(value)) } catch {
            throw LLMBatchError(.invalidInput, "row \(number) cannot be written as JSON: \(error)")
        }
        return try TypedJobRow(number: number, json: text, source: "row \(number)")
    }

    private static func read(_ file: FileBytes, name: String, _ receive: (TypedJobRow) async throws -> Void)
        async throws
    {
        try JSONLForm.check(file, name: name, wanted: .rows)
        var splitter = LineSplitter(maximumLength: LineLimits.request)
        var number = 0
        func take(_ line: LineSplitter.Line) async throws {
            var bytes = line.bytes
            if line.number == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
            if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return }
            guard !line.isTooLong else {
                throw LLMBatchError(
                    .invalidInput,
                    "\(name):\(line.number): the line is longer than \(LineLimits.request >> 20) MiB"
                )
            }
            try await receive(try TypedJobRow(number: number, json: bytes, source: "\(name):\(line.number)"))
            number += 1
        }
        try await file.read { chunk in
            try Task.checkCancellation()
            for line in splitter.lines(in: chunk) { try await take(line) }
        }
        if let line = splitter.rest() { try await take(line) }
    }
}
