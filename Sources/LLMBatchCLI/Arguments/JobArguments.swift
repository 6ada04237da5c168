import ArgumentParser
import Foundation
import LLMBatch

/// The rows of a job and what is asked of them: what job run and job test have in common.
struct JobArguments: ParsableArguments {
    @Argument(help: "A file of rows: CSV with a header, or JSONL; - for standard input.")
    var file: String

    @Option(help: "How the rows are written: csv, tsv or jsonl; by the name of the file when left out.")
    var format: RowFormat?

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

    /// The rows; opened once, so that what is read twice is one file.
    func rows() throws -> RowSource {
        let format = try format ?? RowFormat(fileName: file)
        let delimiter = format.delimiter
        guard let delimiter else { return file == "-" ? try .standardInput() : try .opened(file) }
        let isInput = file == "-"
        return CSVRows.source(
            isInput ? try .standardInput() : try FileBytes(path: file), name: isInput ? "standard input" : file,
            delimiter: delimiter)
    }

    private static func text(_ path: String) throws -> String {
        guard path == "-" || FileManager.default.fileExists(atPath: path) else {
            throw LLMBatchError(.file, "there is no file \(path)", hint: "Check the path after --prompt-file")
        }
        guard let text = try? String(contentsOfFile: path == "-" ? "/dev/stdin" : path, encoding: .utf8) else {
            throw LLMBatchError(.file, "the prompt file \(path) cannot be read as UTF-8 text")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func value(_ text: String) -> JSONValue {
        (try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))) ?? .string(text)
    }
}
