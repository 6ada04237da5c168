import Foundation
import Testing

import LLMBatchCore
import LLMBatchTesting
import LLMBatchTypedJobs

/// CSV as RFC 4180 has it, and what is made of files that do not say how they are written.
@Suite("CSV")
struct CSVTests {
    /// The rows of a file as JSON, and what was told.
    private func read(
        _ bytes: [UInt8], _ choice: CSVForm.Choice = .init()
    ) async throws -> (form: CSVForm, rows: [String], notes: [String]) {
        let path = FileManager.default.temporaryDirectory.appending(path: "llmbatch-\(UUID().uuidString).csv").path
        try Data(bytes).write(to: URL(filePath: path))
        defer { unlink(path) }
        let notes = Notes()
        let csv = try CSVRows(try FileBytes(path: path), name: "in.csv", choice: choice) { notes.add($0) }
        var rows: [String] = []
        // Twice, as a job reads it; what is told is told once.
        for _ in 0..<2 {
            rows = []
            try await csv.source.read { rows.append(String(decoding: $0.json, as: UTF8.self)) }
        }
        return (csv.form, rows, notes.all)
    }

    private func read(_ text: String, _ choice: CSVForm.Choice = .init()) async throws -> [String] {
        try await read(Array(text.utf8), choice).rows
    }

    private final class Notes: @unchecked Sendable {
        private let lock = NSLock()
        private var notes: [String] = []
        func add(_ note: String) { lock.withLock { notes.append(note) } }
        var all: [String] { lock.withLock { notes } }
    }

    @Test(
        "Cells are read as in RFC 4180",
        arguments: [
            ("id,code\n1,    return x\n2,trailing   \n", [["1", "    return x"], ["2", "trailing   "]]),
            ("a,b\n\"x\"\"y\",\"\"\n\"\"\"\"\"\",z\n", [["x\"y", ""], ["\"\"", "z"]]),
            ("a,b\r\n\"one\r\ntwo\",3\r\n\r\n", [["one\r\ntwo", "3"]]),
            ("a,b\r1,2\r3,4", [["1", "2"], ["3", "4"]]),
            ("a,b\n\u{A0}1\u{2028},\t2\n   \n\n", [["\u{A0}1\u{2028}", "\t2"]]),
            ("a,b\n1, \"q\"\n", [["1", " \"q\""]]),
            ("a\n\"\"\n\n \n", [[""], [" "]]),
            ("a,b\n,\n", [["", ""]]),
        ])
    func cells(text: String, expected: [[String]]) async throws {
        let rows = try await read(text)
        let cells = try rows.map { try JSONObject(Array($0.utf8)) }.map { row in
            row.members.compactMap { row.string($0.key) }
        }
        #expect(cells == expected)
    }

    @Test(
        "Syntax outside RFC 4180 is rejected with its line",
        arguments: [
            ("a,b\n1,x\"y\"\n", ":2: quotes appear in an unquoted cell"),
            ("a,b\n1,\"x\"y\n", ":2: text follows the closing quote of a cell"),
            ("a,b\n1,2\n3,\"x\n", ":3: a quote in the row that starts here is not closed"),
            ("a,b\n1,x\ry\n", ":2: a carriage return appears in an unquoted cell"),
            ("a,b\n\"one\n\ntwo\",1\n1,2,3\n", ":5: the row has 3 cells, the header 2"),
            ("a,b\n1,\u{0}\n", "NUL"),
        ])
    func refused(text: String, reason: String) async {
        let error = await #expect(throws: LLMBatchError.self) { _ = try await read(text) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test(
        "The delimiter is detected",
        arguments: [
            ("id;text\r\n1;Good\r\n", CSVDelimiter.semicolon), ("id;text\n1;Good, cheap\n2;Bad\n", .semicolon),
            ("a;b\n1,5;2,5\n", .semicolon), ("id\ttext\n1\ta,b;c\n", .tab), ("id|text\n1|a\n", .pipe),
            ("id,text\n1,a;b\n", .comma), ("\"a;b\",c\n\"1;2\",3\n", .comma),
            ("\"a\";\"b\"\n\"1,2\";\"3\"\n", .semicolon),
            ("sep=;\nid;a, b\n1;x, y\n", .semicolon), ("\"sep=|\"\r\nid|b;c\r\n1|2;3\r\n", .pipe),
            ("text\nGood\nBad, \"\n", .comma), ("a,b\n1,2\n3,4\n5,6,7\n", .comma),
            ("id;name, first\n1;Smith, John\n2;Müller\n", .semicolon),
        ])
    func delimiter(text: String, expected: CSVDelimiter) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "llmbatch-\(UUID().uuidString).csv").path
        try Data(text.utf8).write(to: URL(filePath: path))
        defer { unlink(path) }
        #expect(try CSVRows(try FileBytes(path: path), name: "in.csv").form.delimiter == expected)
    }

    @Test(
        "A file that can be read in two ways is rejected with both",
        arguments: [
            (
                "id;name, first\n1;Smith, John\n",
                ["comma-separated", "semicolon-separated", "name the delimiter: comma or semicolon"]
            ),
            ("a\tb|c\n1\t2|3\n", ["tab-separated", "pipe-separated", "name the delimiter: tab or pipe"]),
            ("text\n1;Good\n2;Bad\n", ["one column, \"text\"", "2 cells by semicolon", "name the delimiter: none"]),
        ])
    func doubt(text: String, words: [String]) async {
        let error = await #expect(throws: LLMBatchError.self) { _ = try await read(text) }
        for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
    }

    @Test("Given settings override detected ones")
    func said() async throws {
        let choice = CSVForm.Choice(delimiter: .comma)
        #expect(try await read("id;text\n1;Good\n", choice) == [#"{"id;text":"1;Good"}"#])
        #expect(try await read("text\n1;Good\n2;Bad\n", .init(delimiter: CSVDelimiter.none)).count == 2)
        let tab = CSVForm.Choice(likely: .tab)
        #expect(try await read("a,b\tc\n1,2\t3\n", tab) == [#"{"a,b":"1,2","c":"3"}"#])
        #expect(CSVDelimiter(name: "\\t") == .tab && CSVDelimiter(name: ":")?.byte == 0x3A)
        for wrong in ["", "ab", "\"", "x", "1", "\n", "é"] { #expect(CSVDelimiter(name: wrong) == nil) }
    }

    @Test(
        "The encoding is detected",
        arguments: [
            ("id,text\n1,Grüße 😀\n", String.Encoding.utf8, [UInt8](), TextEncoding.utf8),
            ("id,text\n1,Grüße\n", .utf8, [0xEF, 0xBB, 0xBF], .utf8),
            ("id,text\n1,Grüße 😀\n", .utf16LittleEndian, [0xFF, 0xFE], .utf16LE),
            ("id,text\n1,Grüße 😀\n", .utf16BigEndian, [0xFE, 0xFF], .utf16BE),
            ("id,text\n1,Grüße 😀\n", .utf16LittleEndian, [], .utf16LE),
            ("id,text\n1,Grüße\n", .utf16BigEndian, [], .utf16BE),
            ("id,text\n1,„Grüße“ – 5 €\n", .windowsCP1252, [], .windows1252),
            ("id,text\n1,Café déjà vu\n", .isoLatin1, [], .windows1252),
        ])
    func encoding(text: String, coded: String.Encoding, mark: [UInt8], expected: TextEncoding) async throws {
        let read = try await read(mark + (try #require(text.data(using: coded))))
        #expect(read.form.encoding == expected)
        #expect(read.rows == ["{\"id\":\"1\",\"text\":\"\(text.dropFirst("id,text\n1,".count).dropLast())\"}"])
    }

    @Test("Every encoding that can be named is read", arguments: TextEncoding.allCases)
    func named(encoding: TextEncoding) async throws {
        // "é" in each, from the tables of unicode.org.
        let letter: [UInt8]? =
            switch encoding {
            case .utf8: [0xC3, 0xA9]
            case .utf16LE, .utf16BE, .windows1251, .windows1253: nil
            case .macRoman: [0x8E]
            case .ibm850: [0x82]
            default: [0xE9]
            }
        guard let letter else { return }
        let read = try await read(Array("a,b\n1,".utf8) + letter + [0x0A], .init(encoding: encoding))
        #expect(read.rows == [#"{"a":"1","b":"é"}"#])
    }

    @Test("Bytes without a detectable encoding are rejected, and the encoding can be named")
    func undecided() async throws {
        let cyrillic: [UInt8] = [0xCF, 0xF0, 0xE8, 0xE2, 0xE5, 0xF2]  // "Привет" in Windows-1251
        let polish: [UInt8] = [0x7A, 0xB3, 0x6F, 0x74, 0x79]  // "złoty" in Windows-1250
        let mac: [UInt8] = [0x47, 0x72, 0x9A, 0xA7, 0x65]  // "Größe" in Mac OS Roman
        for (word, encoding, text) in [
            (cyrillic, TextEncoding.windows1251, "Привет"), (polish, .windows1250, "złoty"), (mac, .macRoman, "Größe"),
        ] {
            let file = Array("a,b\n1,".utf8) + word + [0x0A]
            let error = await #expect(throws: LLMBatchError.self) { _ = try await read(file) }
            #expect(error?.message.contains("its encoding cannot be determined") == true)
            #expect(error?.remedy?.description.contains(encoding.rawValue) == true)
            #expect(try await read(file, .init(encoding: encoding)).rows == ["{\"a\":\"1\",\"b\":\"\(text)\"}"])
        }
    }

    @Test("One invalid byte in UTF-8 is rejected with its line, even far into the file")
    func wrongByte() async {
        let early = Array("a\né\n".utf8) + [0xFF, 0x0A]
        let late = Array(("a\n" + String(repeating: "0123456789\n", count: 60_000)).utf8) + [0xE9, 0x0A]
        for (file, line) in [(early, 3), (late, 60_002)] {
            let error = await #expect(throws: LLMBatchError.self) { _ = try await read(file) }
            #expect(error?.message == "in.csv:\(line): the row is not valid UTF-8")
        }
    }

    @Test(
        "Empty unnamed columns at the end are left out; others are named by their number")
    func unnamed() async throws {
        let read = try await read(Array("id,text,,\n1,Good,,\n2,Bad,,\n".utf8))
        #expect(read.rows == [#"{"id":"1","text":"Good"}"#, #"{"id":"2","text":"Bad"}"#])
        #expect(read.notes == ["Skipping columns 3 and 4 of in.csv, which have no name and are empty."])
        for (text, words) in [
            (",text\n0,Good\n", ["column 1 has no name", "index=False", "row.names=FALSE"]),
            ("\"\",\"text\"\n\"1\",\"Good\"\n", ["column 1 has no name", "row.names=FALSE"]),
            ("a,b\n1,x,y\n2,z,w\n", ["the row has 3 cells, the header 2", "row.names=FALSE"]),
            ("a,b,\n1,2,\n1,2,3\n", [":1: column 3 has no name, and the row on line 3"]),
            ("a,A,a\n1,2,3\n", ["two columns are named \"a\", column 1 and column 3"]),
        ] {
            let error = await #expect(throws: LLMBatchError.self) { _ = try await self.read(text) }
            for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
        }
    }

    @Test("Random cells survive writing and reading in chunks of any size")
    func roundTrip() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let pieces = [",", ";", "\"", "\n", "\r\n", " ", "a", "é", "😀", "\t", "|", ""]
        for _ in 0..<500 {
            let columns = Int(random.next() % 3) + 1
            let records = (0..<Int(random.next() % 4) + 1).map { _ in
                (0..<columns).map { _ in
                    (0..<Int(random.next() % 6)).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
                }
            }
            for delimiter in [CSVDelimiter.comma, .semicolon, .tab] {
                let text = CSVReading.text(of: records, delimiter)
                let chunk = Int(random.next() % 9) + 1
                #expect(CSVReading.cells(text, delimiter, chunk: chunk) == records)
            }
        }
    }
}
