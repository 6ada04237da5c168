package import LLMBatchCore
import LLMBatchSchema
import Synchronization

/// Reads the rows of a CSV file: the first record names the members, and every cell is a string.
package struct CSVRows: Sendable {
    private let file: FileBytes
    private let name: String
    /// The format of the file.
    package let form: CSVForm
    private let notes: Notes

    /// Opens a file and examines its beginning.
    ///
    /// - Parameter tell: receives notes for the user, each once.
    /// - Throws: `file` when it cannot be read, `invalidInput` when it is not CSV, or can be read in more than one way.
    package init(
        _ file: FileBytes, name: String, choice: CSVForm.Choice = .init(),
        tell: @escaping @Sendable (String) -> Void = { _ in }
    ) throws {
        self.file = file
        self.name = name
        form = try CSVForm(file, name: name, choice: choice)
        notes = Notes(tell)
    }

    /// The rows, each read from the file on demand.
    package var source: RowSource { RowSource(name: name) { try await read($0) } }

    private func read(_ receive: (TypedJobRow) async throws -> Void) async throws {
        var decoder = TextDecoder(form.encoding)
        var parser = CSVParser(form.delimiter, endsAtReturn: form.endsAtReturn)
        var header: CSVHeader?
        var number = 0
        var empty = 0
        func take(_ record: CSVParser.Record) async throws {
            if record.isBlank || form.hasSeparatorLine && record.line == 1 { return }
            guard let header else {
                header = try CSVHeader(record, name: name)
                if let unnamed = header?.leftOut { notes.tell(unnamed) }
                return
            }
            if header.isSeveral, record.isSpace { return }
            if record.bytes.isEmpty { empty += 1 }
            try await receive(
                try TypedJobRow(number: number, json: try header.row(record), source: "\(name):\(record.line)"))
            number += 1
        }
        do {
            try await file.read { chunk in
                try Task.checkCancellation()
                for record in try parser.records(in: try decoder.text(of: chunk)) { try await take(record) }
            }
            try decoder.end()
            if let record = try parser.rest() { try await take(record) }
        } catch let problem as TextDecoder.Problem {
            throw CSVForm.refusal(name, problem, form.encoding)
        } catch let problem as CSVParser.Problem {
            throw LLMBatchError(
                .invalidInput, "\(name):\(problem.line): \(problem.reason)",
                remedy: "Nothing was stored; correct the row")
        }
        if let line = parser.literalQuotes {
            notes.tell("\(name):\(line): white space precedes a quote, so the quotes are read as text.")
        }
        if empty > 0 {
            notes.tell(
                "\(name) has \(empty) \(empty == 1 ? "row" : "rows") with only empty cells; each is sent like any other."
            )
        }
    }

    /// Reports each note once, however often the file is read.
    private final class Notes: Sendable {
        private let told = Mutex<Set<String>>([])
        private let say: @Sendable (String) -> Void

        init(_ say: @escaping @Sendable (String) -> Void) { self.say = say }

        func tell(_ note: String) {
            if told.withLock({ $0.insert(note).inserted }) { say(note) }
        }
    }
}
