import ArgumentParser
import LLMBatch

/// The format of a file of rows.
enum RowFormat: String, ExpressibleByArgument, CaseIterable {
    case csv, tsv, jsonl

    /// - Parameter isOutput: true for a file to be written, whose format only the name can give.
    /// - Throws: `invalidConfiguration` if the extension of the name stands for no format.
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
                    ? "rows cannot be written to \(fileName): its extension stands for no known format"
                    : "the format of \(fileName) is not clear from its extension",
                remedy: isOutput
                    ? "--output must end in .jsonl, .csv or .tsv; - writes JSONL to standard output"
                    : "Give it with --format csv, --format tsv or --format jsonl")
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
