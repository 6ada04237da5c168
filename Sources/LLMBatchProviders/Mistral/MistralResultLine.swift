import LLMBatchCore

/// Reads a result line, which has OpenAI's format except for its errors and the differences that ``MistralAnswer``
/// translates.
enum MistralResultLine {
    static func read(_ bytes: [UInt8], source: ResultSource, endpoint: Endpoint) -> ReceivedLine {
        let read = OpenAIResultLine.read(bytes, source: source, endpoint: endpoint)
        guard case .result(var result) = read else { return read }
        if result.outcome == .succeeded {
            guard let canonical = MistralAnswer(line: result.line ?? bytes)?.canonicalLine else { return read }
            result.line = canonical
            result.nativeLine = result.nativeLine ?? bytes
        }
        if let error = result.error, error.code == "answer_broken_off" {
            // The output before the error is not an answer; it stays in the provider's own line.
            var failed = OpenAIResultLine.translated(
                native: bytes, id: nil, customID: result.customID, outcome: .errored, statusCode: result.statusCode,
                error: error, source: result.source)
            failed.usage = result.usage
            return .result(failed)
        }
        return .result(result)
    }
}
