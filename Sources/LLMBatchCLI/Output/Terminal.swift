import Foundation
import LLMBatch

/// Where words go: data to stdout, everything else to stderr.
enum Terminal {
    /// True when stderr is a terminal that somebody looks at.
    static var isInteractive: Bool { isatty(2) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb" }

    /// Says something to the person: a line on stderr.
    static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Writes without a line break, to stderr.
    static func draw(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    /// Writes bytes to stdout.
    ///
    /// When nobody reads any more (`| head`), the program ends quietly, as others do.
    static func write(_ bytes: [UInt8]) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(bytes))
        } catch {
            if errno == EPIPE { exit(0) }
            throw LLMBatchError(.file, "standard output could not be written: \(String(cString: strerror(errno)))")
        }
    }

    /// Prints a line to stdout.
    static func print(_ line: String) throws { try write(Array((line + "\n").utf8)) }

    /// Prints a value as JSON, on several lines for people and one for programs that asked for lines.
    static func print(json value: some Encodable, onOneLine: Bool = false) throws {
        try write(try encode(value, onOneLine: onOneLine) + [0x0A])
    }

    /// A value as the JSON contract writes it.
    static func encode(_ value: some Encodable, onOneLine: Bool) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = onOneLine ? [.sortedKeys, .withoutEscapingSlashes] : [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(value))
    }

    /// Text of others made safe for a terminal: control characters cannot move the cursor or hide anything.
    static func plain(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? " " : Character($0) })
    }
}

/// Gathers bytes and writes them to stdout in large pieces.
struct OutputBuffer {
    private var bytes: [UInt8] = []

    mutating func add(line: [UInt8]) throws {
        bytes += line
        bytes.append(0x0A)
        if bytes.count > 256 * 1024 { try flush() }
    }

    mutating func flush() throws {
        try Terminal.write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}
