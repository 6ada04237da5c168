import ArgumentParser
import LLMBatch

/// How rows are written in a file.
enum RowFormat: String, ExpressibleByArgument, CaseIterable {
    case csv, tsv, jsonl

    /// - Throws: `invalidConfiguration` when the name of a file does not tell.
    init(fileName: String) throws {
        let ending = fileName.split(separator: ".").last.map { $0.lowercased() } ?? ""
        switch ending {
        case "csv": self = .csv
        case "tsv", "tab": self = .tsv
        case "jsonl", "ndjson": self = .jsonl
        default:
            throw LLMBatchError(
                .invalidConfiguration, "it is not clear how the rows of \(fileName) are written",
                hint: "Say it with --format csv, tsv or jsonl")
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
