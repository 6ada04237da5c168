import LLMBatchCore

/// Reads a line of results, which has the form of the OpenAI Batch API but for the errors in it, and for what
/// ``MistralAnswer`` puts into the words of OpenAI.
enum MistralResultLine {
    static func read(_ bytes: [UInt8], source: ResultSource, endpoint: Endpoint) -> ReceivedLine {
        let read = OpenAIResultLine.read(bytes, source: source, endpoint: endpoint)
        guard case .result(var result) = read else { return read }
        if result.outcome == .succeeded {
            guard let answer = MistralAnswer(line: bytes) else { return read }
            if answer.endedInError { return .result(brokenOff(result, native: bytes)) }
            if let canonical = answer.canonicalLine {
                result.line = canonical
                result.nativeLine = bytes
            }
        } else if result.error != nil, let response = (try? JSONObject(bytes))?.object("response"),
            let error = response.object("body").flatMap(MistralError.read)
        {
            result.error = error
        }
        return .result(result)
    }

    /// The result of an answer that the service broke off; what it used is paid for.
    private static func brokenOff(_ answered: IncomingResult, native: [UInt8]) -> IncomingResult {
        var result = OpenAIResultLine.translated(
            native: native, id: nil, customID: answered.customID, outcome: .errored, statusCode: answered.statusCode,
            error: ResultError(code: "answer_broken_off", message: "the service ended the answer with an error"),
            source: answered.source)
        result.usage = answered.usage
        return result
    }
}
