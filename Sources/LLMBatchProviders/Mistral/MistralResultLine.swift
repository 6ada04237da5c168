import LLMBatchCore

/// Reads a line of results, which has the form of the OpenAI Batch API but for the errors in it, and for what
/// ``MistralAnswer`` puts into the words of OpenAI.
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
            // What came before the error is no answer, and stays in the provider's own line.
            var failed = OpenAIResultLine.translated(
                native: bytes, id: nil, customID: result.customID, outcome: .errored, statusCode: result.statusCode,
                error: error, source: result.source)
            failed.usage = result.usage
            return .result(failed)
        }
        return .result(result)
    }
}
