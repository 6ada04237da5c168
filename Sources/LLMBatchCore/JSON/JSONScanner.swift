/// Scans JSON text byte by byte, checking its syntax (RFC 8259) and reporting the position of each value.
///
/// A batch stores and sends the bytes it was given, so it needs the positions of a line's parts, not a tree. The
/// scanner allocates only the keys it reports, and reads each byte once.
struct JSONScanner {
    /// Deeper nesting is refused, so that no input can exhaust the stack.
    static let maximumDepth = 128

    let bytes: UnsafeBufferPointer<UInt8>
    var position: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// Skips one value and returns its range, checking its syntax.
    mutating func value(depth: Int = 0) throws(JSONSyntaxError) -> Range<Int> {
        skipWhitespace()
        let start = position
        switch try peek("a value") {
        case UInt8(ascii: "{"): try container(depth, closing: UInt8(ascii: "}"), keyed: true)
        case UInt8(ascii: "["): try container(depth, closing: UInt8(ascii: "]"), keyed: false)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: try number()
        }
        return start..<position
    }

    /// Scans the members of the object that starts here, reporting the range of each key (with its quotes) and value.
    mutating func object(
        depth: Int = 0, _ visit: (Range<Int>, Range<Int>) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        skipWhitespace()
        try expect(UInt8(ascii: "{"), "an object")
        skipWhitespace()
        if try peek("a member or }") == UInt8(ascii: "}") { position += 1; return }
        while true {
            let key = try memberKey()
            let value = try value(depth: depth + 1)
            try visit(key, value)
            if try !separator(closing: UInt8(ascii: "}")) { return }
        }
    }

    mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// Checks that only white space is left.
    mutating func end() throws(JSONSyntaxError) {
        skipWhitespace()
        if position < bytes.count { throw error("unexpected text after the value") }
    }

    // MARK: - Parts

    private mutating func container(_ depth: Int, closing: UInt8, keyed: Bool) throws(JSONSyntaxError) {
        guard depth < Self.maximumDepth else { throw error("nested deeper than \(Self.maximumDepth) levels") }
        position += 1
        skipWhitespace()
        if try peek("a value") == closing { position += 1; return }
        repeat {
            if keyed { _ = try memberKey() }
            _ = try value(depth: depth + 1)
        } while try separator(closing: closing)
    }

    private mutating func memberKey() throws(JSONSyntaxError) -> Range<Int> {
        skipWhitespace()
        let start = position
        guard try peek("a key") == UInt8(ascii: "\"") else { throw error("expected a key in double quotes") }
        try string()
        let key = start..<position
        skipWhitespace()
        try expect(UInt8(ascii: ":"), "a colon")
        return key
    }

    /// Consumes a comma (true) or the closing bracket (false).
    private mutating func separator(closing: UInt8) throws(JSONSyntaxError) -> Bool {
        skipWhitespace()
        let byte = try peek("a comma")
        guard byte == closing || byte == UInt8(ascii: ",") else { throw error("expected a comma or a closing bracket") }
        position += 1
        return byte != closing
    }

    private mutating func string() throws(JSONSyntaxError) {
        position += 1
        while true {
            position = bytes.endOfPlainText(from: position)
            guard position < bytes.count else { break }
            let byte = bytes[position]
            if byte < 0x20 { throw error("control character in a string") }
            position += 1
            if byte == UInt8(ascii: "\"") { return }
            try escape()
        }
        throw error("a string does not end")
    }

    private mutating func escape() throws(JSONSyntaxError) {
        switch try peek("an escape") {
        case UInt8(ascii: "u"):
            for offset in 1...4 where position + offset >= bytes.count || !bytes[position + offset].isHexDigit {
                throw error("\\u needs four hexadecimal digits")
            }
            position += 5
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        default: throw error("unknown escape in a string")
        }
    }

    private mutating func literal(_ word: StaticString) throws(JSONSyntaxError) {
        for offset in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count, bytes[position] == word.utf8Start[offset] else {
                throw error("expected a JSON value")
            }
            position += 1
        }
    }

    private mutating func number() throws(JSONSyntaxError) {
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let start = position
        try digits()
        if bytes[start] == UInt8(ascii: "0"), position > start + 1 { throw error("a number starts with 0") }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") { position += 1; try digits() }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try digits()
        }
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = position
        while position < bytes.count, bytes[position].isDigit { position += 1 }
        if position == start { throw error("expected a JSON value") }
    }

    private mutating func expect(_ byte: UInt8, _ what: StaticString) throws(JSONSyntaxError) {
        guard try peek(what) == byte else { throw error("expected \(what)") }
        position += 1
    }

    private func peek(_ what: StaticString) throws(JSONSyntaxError) -> UInt8 {
        guard position < bytes.count else { throw error("the text ends where \(what) should be") }
        return bytes[position]
    }

    private func error(_ reason: String) -> JSONSyntaxError {
        JSONSyntaxError(offset: position, reason: reason)
    }
}

extension UInt8 {
    package var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    package var isHexDigit: Bool { isDigit || (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "f")) }
}
