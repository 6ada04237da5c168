import Foundation
import LLMBatch

/// The system call, whose name a function below shares.
private func systemWrite(_ bytes: UnsafeRawPointer?, _ count: Int) -> Int { write(1, bytes, count) }

/// The output channels: data goes to stdout, everything else to stderr.
enum Terminal {
    /// True if stderr is a terminal.
    static var isInteractive: Bool { isatty(2) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb" }

    /// The current width of the terminal on stderr; 80 if unknown.
    static var width: Int {
        var size = winsize()
        guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Prints a line for the user, on stderr.
    static func note(_ text: String) { draw(plain(text) + "\n") }

    /// Writes without a line break, to stderr.
    static func draw(_ text: String) {
        // An error while writing to stderr cannot be reported anywhere.
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }

    /// Writes bytes to stdout.
    ///
    /// If the reader is gone (`| head`), the program ends quietly, as others do.
    static func write(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { systemWrite($0.baseAddress, $0.count) }
            guard count < 0 else { done += count; continue }
            let reason = errno
            if reason == EINTR { continue }
            if reason == EPIPE { exit(0) }
            throw LLMBatchError(.file, "standard output could not be written: \(String(cString: strerror(reason)))")
        }
    }

    /// The command as typed, without some of its options and their values.
    ///
    /// - Parameter flags: options that take no value.
    static func command(without options: Set<String> = [], flags: Set<String> = []) -> String {
        var words: [String] = []
        var arguments = CommandLine.arguments.dropFirst()
        while let word = arguments.popFirst() {
            if flags.contains(word) { continue }
            if options.contains(word) { _ = arguments.popFirst(); continue }
            if let name = word.split(separator: "=").first, options.contains(String(name)) { continue }
            words.append(StoreArguments.quoted(word))
        }
        return (["llmbatch"] + words).joined(separator: " ")
    }

    /// The command as typed, reading standard input instead of a file.
    ///
    /// - Parameter options: options to add unless they were given; an empty value stands for a flag.
    static func command(reading file: String, adding options: [(String, String)] = []) -> String {
        let words = CommandLine.arguments.dropFirst().map { $0 == file ? "-" : StoreArguments.quoted($0) }
        let missing = options.filter { option in !words.contains { $0 == option.0 || $0.hasPrefix(option.0 + "=") } }
        let more = missing.map { $0.1.isEmpty ? $0.0 : "\($0.0) \($0.1)" }
        return (["llmbatch"] + words + more).joined(separator: " ")
    }

    /// Prints a line to stdout.
    static func print(_ line: String) throws { try write(Array((plain(line) + "\n").utf8)) }

    /// Prints a value as JSON, indented unless one line is asked for.
    static func print(json value: some Encodable, onOneLine: Bool = false) throws {
        try write(try encode(value, onOneLine: onOneLine) + [0x0A])
    }

    /// A value encoded in the form of the JSON contract.
    static func encode(_ value: some Encodable, onOneLine: Bool) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting =
            onOneLine
            ? [.sortedKeys, .withoutEscapingSlashes] : [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(value))
    }

    /// Text made safe for a terminal, whatever its source: control characters and those that change the writing direction
    /// cannot move the cursor or hide anything. Tabs are kept.
    static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { isHarmful($0.value) ? " " : $0 }))
    }

    private static func isHarmful(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09: false
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

/// Collects bytes and writes them to stdout in large blocks.
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
