import ArgumentParser
import Foundation
import LLMBatch

/// The rows of a job and what is asked of them: what job run and job test have in common.
struct JobArguments: ParsableArguments {
    @Argument(help: "A file of rows: CSV with a header, or JSONL; - for standard input.")
    var file: String

    @Option(help: "How the rows are written: csv, tsv or jsonl; by the name of the file when left out.")
    var format: RowFormat?

    @Option(
        help:
            "What separates the cells of a CSV file: comma, semicolon, tab, pipe, none, or the character. Detected when left out."
    )
    var delimiter: String?

    @Option(
        help:
            "The encoding of a CSV file, for example utf-8, utf-16, windows-1252, iso-8859-1. Detected when left out."
    )
    var encoding: String?

    @Option(help: "What the model should do with each row.")
    var prompt: String?

    @Option(name: .customLong("prompt-file"), help: "A file with the prompt; - for standard input.")
    var promptFile: String?

    @Option(help: "A file that holds the JSON Schema of the value of a row. Without it, a row becomes a text.")
    var schema: String?

    @Option(help: "Embed the text in this member of each row, in place of a prompt: a row becomes a vector.")
    var embed: String?

    @Option(name: .customLong("batch-size"), help: "Rows in a request.")
    var batchSize = 10

    @Option(name: .customLong("max-retries"), help: "How often failed rows are retried.")
    var maxRetries = 3

    @Flag(help: "Mix the rows before they are packed; results stay in order.")
    var shuffle = false

    @Option(
        name: .customLong("parameter"),
        help:
            "A member of every request's body, key=value (temperature=0), its value JSON or a text; may be given again."
    )
    var parameters: [String] = []

    func validate() throws {
        let given = [("--prompt", prompt), ("--prompt-file", promptFile), ("--embed", embed)].filter { $0.1 != nil }
        guard given.count < 2 else {
            throw ValidationError("\(given[0].0) and \(given[1].0) exclude each other: give one of them.")
        }
        guard given.count == 1 else {
            throw ValidationError("Give the prompt with --prompt or with --prompt-file, or --embed MEMBER.")
        }
        try checkTable()
        guard (1...100_000).contains(batchSize) else {
            throw ValidationError("--batch-size is a number from 1 to 100000.")
        }
        guard (0...1000).contains(maxRetries) else {
            throw ValidationError("--max-retries is a number from 0 to 1000.")
        }
        _ = try pairs(parameters, of: "--parameter")
        guard promptFile != "-" || file != "-" else {
            throw ValidationError("Standard input can hold the rows or the prompt, not both.")
        }
        guard embed == nil || schema == nil else { throw ValidationError("A vector has no --schema.") }
    }

    func definition() throws -> JobDefinition {
        let text = try prompt ?? promptFile.map(Self.text) ?? ""
        let output =
            try schema.map { JobDefinition.Output.values(try OutputSchema(file: $0)) }
            ?? embed.map { .embedding(of: $0) } ?? .text
        return try JobDefinition(
            prompt: text, output: output, batchSize: batchSize, maxRetries: maxRetries, shuffle: shuffle,
            parameters: Dictionary(
                try pairs(parameters, of: "--parameter").map { ($0.0, Self.value($0.1)) },
                uniquingKeysWith: { _, last in last }))
    }

    private func checkTable() throws {
        if let delimiter, CSVDelimiter(name: delimiter) == nil {
            throw ValidationError(
                "--delimiter is comma, semicolon, tab, pipe, none, or one character that is no letter, digit or quote.")
        }
        if let encoding, TextEncoding(name: encoding) == nil {
            let known = TextEncoding.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--encoding \(encoding) is not known; known are \(known).")
        }
        guard delimiter != nil || encoding != nil else { return }
        let known = format ?? (try? RowFormat(fileName: file))
        if known == .jsonl { throw ValidationError("--delimiter and --encoding go with CSV, not with JSONL.") }
    }

    /// The rows; opened once, so that what is read twice is one file.
    func rows() throws -> RowSource {
        let isInput = file == "-"
        // What says how a table is written says that it is one.
        let isTable = delimiter != nil || encoding != nil
        let format = try format ?? (isTable ? .csv : RowFormat(fileName: file))
        guard format != .jsonl else { return isInput ? try .standardInput() : try .opened(file) }
        let choice = CSVForm.Choice(
            delimiter: delimiter.flatMap(CSVDelimiter.init(name:)), encoding: try textEncoding(),
            likely: format == .tsv ? .tab : .comma)
        let name = isInput ? "standard input" : file
        let rows = try CSVRows(
            isInput ? try .standardInput() : try FileBytes(path: file), name: name, choice: choice
        ) { Terminal.say($0) }
        if let notice = rows.form.notice(of: name, choice) { Terminal.say(notice) }
        return rows.source
    }

    /// What has to be said of the rows when they come from standard input in place of the file; nil when it is said.
    var formatWhenPiped: String? {
        guard format == nil else { return nil }
        let packed = ["gz", "zst", "xz", "bz2", "lz4", "zip"].first { file.lowercased().hasSuffix(".\($0)") }
        let name = packed.map { String(file.dropLast($0.count + 1)) } ?? file
        return ((try? RowFormat(fileName: name)) ?? .jsonl).rawValue
    }

    private func textEncoding() throws -> TextEncoding? { encoding.flatMap(TextEncoding.init(name:)) }

    private static func text(_ path: String) throws -> String {
        let file = path == "-" ? try FileBytes.standardInput() : try FileBytes(path: path)
        let name = path == "-" ? "standard input" : path
        let bytes = try file.prefix(LongestLine.request)
        if let other = OtherFormat(bytes) ?? OtherFormat.encoding(of: bytes) {
            throw LLMBatchError(
                .file, "the prompt file \(name) is not UTF-8 text", hint: other.refusal(of: name, wanted: .rows).hint)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw LLMBatchError(
                .file, "the prompt file \(name) is not valid UTF-8", hint: "Save it as UTF-8 and run the command again")
        }
        return text.trimmingPrefix("\u{FEFF}").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func value(_ text: String) -> JSONValue {
        (try? JSONValue(json: Array(text.utf8))) ?? .string(text)
    }
}
