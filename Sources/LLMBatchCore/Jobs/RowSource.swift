import Foundation
import Synchronization

/// Where the rows of a job come from: a JSONL file, standard input, values, or a stream of them.
///
/// A file is read line by line and a stream value by value; nothing is kept in memory but the pack being made.
public struct RowSource: Sendable {
    /// What errors call it: the file's name, `standard input`, or `list`.
    public let name: String
    private let content: @Sendable (_ receive: (JobRow) async throws -> Void) async throws -> Void

    package init(
        name: String, content: @escaping @Sendable (_ receive: (JobRow) async throws -> Void) async throws -> Void
    ) {
        self.name = name
        self.content = content
    }

    /// A JSONL file: a JSON value a line, usually an object. Blank lines are no rows.
    public static func jsonl(_ path: String) -> RowSource {
        RowSource(name: path) { try await read(try FileBytes(path: path), name: path, $0) }
    }

    /// The same from a file that is opened at once, so that what is read twice (checked first, then stored) is one file;
    /// also from a pipe or a device.
    ///
    /// - Throws: `file` when it cannot be read.
    public static func opened(_ path: String) throws -> RowSource {
        let file = try FileBytes(path: path)
        return RowSource(name: path) { try await read(file, name: path, $0) }
    }

    /// The same from standard input.
    ///
    /// - Throws: `file` when it cannot be read.
    public static func standardInput() throws -> RowSource {
        let (file, name) = (try FileBytes.standardInput(), "standard input")
        return RowSource(name: name) { try await read(file, name: name, $0) }
    }

    /// Objects made in code.
    public static func rows(_ rows: [[String: JSONValue]]) -> RowSource { values(rows) }

    /// Any values; one that encodes as something else than an object becomes the member `value` of one.
    public static func values<Values: Sequence & Sendable>(_ values: Values) -> RowSource
    where Values.Element: Encodable {
        RowSource(name: "list") { receive in
            for (number, value) in values.enumerated() { try await receive(try row(value, number)) }
        }
    }

    /// The same from a stream, which is read once and in order.
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
                    hint: "Give the rows in another form")
            }
            var number = 0
            for try await value in values {
                try await receive(try row(value, number))
                number += 1
            }
        }
    }

    /// Gives every row, in order.
    ///
    /// - Throws: `invalidInput` with the place and the reason, also when there is no row; `file`; whatever `receive` throws.
    package func read(_ receive: (JobRow) async throws -> Void) async throws {
        var isEmpty = true
        try await content { row in
            isEmpty = false
            try await receive(row)
        }
        if isEmpty { throw LLMBatchError(.invalidInput, "\(name) holds no row", hint: "A job needs at least one row") }
    }

    /// The first row alone.
    ///
    /// - Throws: `invalidConfiguration` when there is none.
    package func first() async throws -> RowSource {
        struct Enough: Error {}
        var first: JobRow?
        do {
            try await content { row in
                first = row
                throw Enough()
            }
        } catch is Enough {}
        guard let first else { throw LLMBatchError(.invalidConfiguration, "\(name) holds no row to test the job on") }
        return RowSource(name: name) { try await $0(first) }
    }

    private static func row(_ value: some Encodable, _ number: Int) throws -> JobRow {
        // Equal values must give equal bytes, or a job could not be recognised when it goes on.
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        let text: [UInt8]
        do { text = [UInt8](try encoder.encode(value)) } catch {
            throw LLMBatchError(.invalidInput, "row \(number) cannot be written as JSON: \(error)")
        }
        return try JobRow(number: number, json: text, source: "row \(number)")
    }

    private static func read(_ file: FileBytes, name: String, _ receive: (JobRow) async throws -> Void) async throws {
        try JSONLForm.check(file, name: name, wanted: .rows)
        var splitter = LineSplitter(maximumLength: LongestLine.request)
        var number = 0
        func take(_ line: LineSplitter.Line) async throws {
            var bytes = line.bytes
            if line.number == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
            if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return }
            guard !line.isTooLong else {
                throw LLMBatchError(
                    .invalidInput,
                    "\(name):\(line.number): the line is longer than \(LongestLine.request >> 20) MiB"
                )
            }
            try await receive(try JobRow(number: number, json: bytes, source: "\(name):\(line.number)"))
            number += 1
        }
        try await file.read { chunk in
            try Task.checkCancellation()
            for line in splitter.lines(in: chunk) { try await take(line) }
        }
        if let line = splitter.rest() { try await take(line) }
    }
}
