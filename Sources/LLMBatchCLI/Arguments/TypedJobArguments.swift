import ArgumentParser
import Foundation
import LLMBatch

/// The rows of a job and its definition, common to job run and job test.
struct TypedJobArguments: ParsableArguments {
    @Argument(help: "A file of rows (CSV with a header, or JSONL); - for standard input.")
    var file: String

    @Option(help: "The format of the rows (default: from the file extension).")
    var format: RowFormat?

    @Option(
        help:
            "The delimiter of a CSV file: comma, semicolon, tab, pipe, none, or the character itself (default: detected)."
    )
    var delimiter: String?

    @Option(
        help:
            "The encoding of a CSV file, for example utf-8, utf-16, windows-1252, iso-8859-1 (default: detected)."
    )
    var encoding: String?

    @Option(help: "What the model should do with each row.")
    var prompt: String?

    @Option(name: .customLong("prompt-file"), help: "A file that contains the prompt; - for standard input.")
    var promptFile: String?

    @Option(help: "A file with the JSON Schema of a row's value. Without it, each value is a text.")
    var schema: String?

    @Option(help: "Embed the text of this field of each row instead of prompting; each value is a vector.")
    var embed: String?

    @Option(name: .customLong("batch-size"), help: "Rows per request.")
    var batchSize = 10

    @Option(name: .customLong("max-retries"), help: "Maximum retries of failed rows.")
    var maxRetries = 3

    @Flag(help: "Shuffle the rows before grouping them into requests; results stay in order.")
    var shuffle = false

    @Option(
        name: .customLong("parameter"),
        help:
            "A field of every request body, key=value (temperature=0), where value is JSON or text; repeatable."
    )
    var parameters: [String] = []

    func validate() throws {
        let given = [("--prompt", prompt), ("--prompt-file", promptFile), ("--embed", embed)].filter { $0.1 != nil }
        guard given.count < 2 else {
            throw ValidationError("\(given[0].0) and \(given[1].0) cannot be used together.")
        }
        guard given.count == 1 else {
            throw ValidationError("Give --prompt, --prompt-file or --embed FIELD.")
        }
        try checkTable()
        guard (1...100_000).contains(batchSize) else {
            throw ValidationError("--batch-size must be from 1 to 100,000.")
        }
        guard (0...1000).contains(maxRetries) else {
            throw ValidationError("--max-retries must be from 0 to 1,000.")
        }
        _ = try pairs(parameters, of: "--parameter")
        guard promptFile != "-" || file != "-" else {
            throw ValidationError("Standard input can provide the rows or the prompt, not both.")
        }
        guard embed == nil || schema == nil else {
            throw ValidationError("--schema cannot be used with --embed: each value is a vector.")
        }
    }

    func definition() throws -> TypedJobDefinition {
        let text = try prompt ?? promptFile.map(Self.text) ?? ""
        let output =
            try schema.map { TypedJobDefinition.Output.values(try Self.schema($0)) }
            ?? embed.map { .embedding(of: $0) } ?? .text
        return try TypedJobDefinition(
            prompt: text, output: output, batchSize: batchSize, maxRetries: maxRetries, shuffle: shuffle,
            parameters: Dictionary(
                try pairs(parameters, of: "--parameter").map { ($0.0, Self.value($0.1)) },
                uniquingKeysWith: { _, last in last }))
    }

    private func checkTable() throws {
        if let delimiter, CSVDelimiter(name: delimiter) == nil {
            throw ValidationError(
                "--delimiter must be comma, semicolon, tab, pipe, none, or one character other than a letter, digit or quote."
            )
        }
        if let encoding, TextEncoding(name: encoding) == nil {
            let known = TextEncoding.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--encoding \(encoding) is unknown; use one of \(known).")
        }
        guard delimiter != nil || encoding != nil else { return }
        let known = format ?? (try? RowFormat(fileName: file))
        if known == .jsonl { throw ValidationError("--delimiter and --encoding apply to CSV, not to JSONL.") }
    }

    /// The rows; opened once, so that both passes read the same file.
    func rows() throws -> RowSource {
        let isInput = file == "-"
        // An option about tables implies a table.
        let isTable = delimiter != nil || encoding != nil
        let format = try format ?? (isTable ? .csv : formatOfFile())
        guard format != .jsonl else { return isInput ? try .standardInput() : try .opened(file) }
        let choice = CSVForm.Choice(
            delimiter: delimiter.flatMap(CSVDelimiter.init(name:)), encoding: try textEncoding(),
            likely: format == .tsv ? .tab : .comma)
        let name = isInput ? "standard input" : file
        let rows = try CSVRows(
            isInput ? try .standardInput() : try FileBytes(path: file), name: name, choice: choice
        ) { Terminal.note($0) }
        if let notice = rows.form.notice(of: name, choice) { Terminal.note(Self.text(of: notice)) }
        return rows.source
    }

    /// How the rows are read, with the options that change it.
    private static func text(of notice: CSVForm.Notice) -> String {
        let options = [("--delimiter", notice.detectsDelimiter), ("--encoding", notice.detectsEncoding)]
        return "\(notice.text) Use \(options.filter(\.1).map(\.0).joined(separator: " or ")) to change that."
    }

    /// The format by the extension of the file.
    ///
    /// - Throws: an error that names what the file is, where its contents show that it is not a file of rows.
    private func formatOfFile() throws -> RowFormat {
        guard file != "-" else {
            throw LLMBatchError(
                .invalidConfiguration, "the format of standard input is not given",
                remedy: "Give it with --format csv, --format tsv or --format jsonl")
        }
        do { return try RowFormat(fileName: file) } catch {
            guard let other = OtherFormat(try FileBytes(path: file).prefix(4096)) else { throw error }
            throw other.refusal(of: file, wanted: .rows)
        }
    }

    /// The `--format` needed when the rows come from standard input instead of the file; nil if it was given.
    var formatWhenPiped: String? {
        guard format == nil else { return nil }
        let compressed = ["gz", "zst", "xz", "bz2", "lz4", "zip"].first { file.lowercased().hasSuffix(".\($0)") }
        let name = compressed.map { String(file.dropLast($0.count + 1)) } ?? file
        return ((try? RowFormat(fileName: name)) ?? .jsonl).rawValue
    }

    private func textEncoding() throws -> TextEncoding? { encoding.flatMap(TextEncoding.init(name:)) }

    private static func schema(_ path: String) throws -> OutputSchema {
        guard FileManager.default.fileExists(atPath: path) else {
            throw LLMBatchError(.file, "there is no file \(path)", remedy: "Check the path")
        }
        return try OutputSchema(file: path)
    }

    private static func text(_ path: String) throws -> String {
        let file = path == "-" ? try FileBytes.standardInput() : try FileBytes(path: path)
        let name = path == "-" ? "standard input" : path
        let bytes = try file.prefix(LineLimits.request)
        if (OtherFormat(bytes) ?? OtherFormat.encoding(of: bytes)) != nil {
            throw LLMBatchError(
                .file, "the prompt file \(name) is not UTF-8 text",
                remedy: "Save it as UTF-8 text and run the command again")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw LLMBatchError(
                .file, "the prompt file \(name) is not valid UTF-8",
                remedy: "Save it as UTF-8 and run the command again")
        }
        return text.trimmingPrefix("\u{FEFF}").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func value(_ text: String) -> JSONValue {
        (try? JSONValue(json: Array(text.utf8))) ?? .string(text)
    }
}
