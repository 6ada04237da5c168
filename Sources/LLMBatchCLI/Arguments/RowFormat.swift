import ArgumentParser
import LLMBatch

/// How rows are written in a file.
enum RowFormat: String, ExpressibleByArgument, CaseIterable {
    case csv, tsv, jsonl

    /// - Parameter isOutput: true for a file that is to be written, of which only its name can tell.
    /// - Throws: `invalidConfiguration` when the name of a file does not tell.
    init(fileName: String, isOutput: Bool = false) throws {
        let ending = fileName.split(separator: ".").last.map { $0.lowercased() } ?? ""
        switch ending {
        case "csv": self = .csv
        case "tsv", "tab": self = .tsv
        case "jsonl", "ndjson": self = .jsonl
        default:
            throw LLMBatchError(
                .invalidConfiguration,
                isOutput
                    ? "the ending of \(fileName) does not say how to write the rows"
                    : "the ending of \(fileName) does not say what its rows are",
                hint: isOutput
                    ? "Let the name after --output end in .jsonl, .csv or .tsv; - writes JSONL to standard output"
                    : "Say it with --format csv, tsv or jsonl")
        }
    }

    /// Between two cells; nil for JSONL.
    var delimiter: Character? {
        switch self {
        case .csv: ","
        case .tsv: "\t"
        case .jsonl: nil
        }
    }
}
