import Foundation

/// Sends one request until it has an answer or its failure is final.
struct RealtimeAsker: Sendable {
    let job: ProviderJobID
    let provider: any RealtimeProvider
    let attempt: Attempt
    let throttle: Throttle
    let clock: RunnerClock
    /// How a typed job asks for its schema once the service has rejected it; nil for a plain batch, whose requests are
    /// sent unchanged.
    var fallback: SchemaFallback?
    /// Reports what the request waits for; nil once a request is answered.
    var show: @Sendable (ProviderJobWait.Kind?, ResultError?, Duration) -> Void = { _, _, _ in }

    /// The result of a request: its answer, or the failure of the last try.
    ///
    /// - Throws: ``ProviderError`` for failures that are not specific to the request: a refused key, no credit, no
    ///   connection.
    func ask(_ stored: StoredRequest) async throws -> IncomingResult {
        // About four bytes per token, as good an estimate as any without the model's tokenizer.
        let estimate = max(1, stored.request.line.count / 4)
        var tries = 0
        while true {
            tries += 1
            let way = fallback?.way ?? .format
            let request = fallback?.request(stored.request, by: way) ?? stored.request
            let outgoing = OutgoingRequest(
                request, model: attempt.provider.model, id: request.customID.rawValue, attempt: attempt.number)
            try await throttle.admit(estimate: estimate)
            Failpoint.askBeforeRequest.pass()
            do throws(ProviderError) {
                let answer = try await Observation.asking(stored.request.customID, tries: tries) {
                    () throws(ProviderError) in try await provider.answer(outgoing)
                }
                Failpoint.askAfterResponse.pass()
                show(nil, nil, .zero)
                var result = judged(answer, stored.request)
                result.line = result.line.map { SchemaFallback.marked($0, by: way) }
                if let actual = result.usage.total { await throttle.correct(estimate: estimate, actual: actual) }
                return result
            } catch {
                try Task.checkCancellation()
                if fallback?.goesOn(after: error.statusCode, error.body, error.message, by: way) == true {
                    tries -= 1
                    continue
                }
                guard error.isTransient, tries < provider.limits.maximumTries else {
                    Observation.report(.failed(error.asResultError, isTransient: false), of: job)
                    if error.isNotTheRequests { throw error }
                    return failed(error, stored.request)
                }
                try await pause(error, tries: tries)
            }
        }
    }

    private func pause(_ error: ProviderError, tries: Int) async throws {
        let limits = provider.limits
        if error.kind == .rateLimit || error.kind == .overloaded, let wait = error.retryAfter {
            await throttle.pause(for: min(wait, RunnerClock.longestRequested))
        }
        let pause = clock.backoff(
            tries, first: limits.firstBackoff, longest: limits.longestBackoff, atLeast: error.retryAfter)
        show(.retry(tries, of: limits.maximumTries), error.asResultError, pause)
        Observation.report(.failed(error.asResultError, isTransient: true), of: job)
        try await clock.sleep(pause)
    }

    private func judged(_ answer: RealtimeAnswer, _ request: BatchRequest) -> IncomingResult {
        let line = OpenAIResultLine.compose(id: RandomName.make(length: 20), customID: request.customID, answer: answer)
        return OpenAIResultLine.judge(line, endpoint: request.endpoint, customID: request.customID)
    }

    private func failed(_ error: ProviderError, _ request: BatchRequest) -> IncomingResult {
        guard let body = error.body, let status = error.statusCode else {
            return IncomingResult(
                customID: request.customID, outcome: .errored, error: error.asResultError, source: .answer)
        }
        var result = judged(RealtimeAnswer(statusCode: status, requestID: nil, body: body), request)
        result.outcome = .errored
        result.error = error.asResultError
        return result
    }
}

extension ProviderError {
    /// True for a failure that would affect every other request too.
    fileprivate var isNotTheRequests: Bool {
        switch kind {
        case .authentication, .quota, .cancelled: true
        case .network: delivery != .unknown
        default: false
        }
    }
}
