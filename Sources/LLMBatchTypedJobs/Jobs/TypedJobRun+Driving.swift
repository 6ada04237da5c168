package import LLMBatchCore
import LLMBatchSchema

extension TypedJobRun {
    /// What another attempt could achieve.
    private struct Outlook {
        var canAsk = false
        /// True when a provider failed and needs time.
        var needsPause = false
    }

    /// Drives a job's batch: waits for each attempt, and starts the next one with only the rows that have no valid
    /// value.
    ///
    /// Answers that failed validation are retried at once; requests that the provider failed are retried after a pause
    /// that doubles up to a minute. A permanent rejection (a malformed request) is not retried. The number of attempts
    /// is stored, so a resumed job continues the count.
    ///
    /// - Parameter wait: drives the current attempt to its end.
    package static func drive(
        _ batch: Batch, retries: Int, wait: (Batch) async throws -> Void
    ) async throws {
        try await drive(batch, retries: retries, decode: nil, wait: wait)
    }

    static func drive(
        _ batch: Batch, retries: Int, decode: RowCheck?, wait: (Batch) async throws -> Void
    ) async throws {
        var batch = batch
        batch.work.readPolicy = TypedJobPolicy.reader(decode: decode, asksAgain: asksAgain)
        while true {
            try await wait(batch)
            let record = try await batch.record()
            guard record.status.isFinal, record.status != .cancelled, record.counts.unsuccessful > 0,
                record.attempts <= retries
            else { return }
            let outlook = try await outlook(batch)
            guard outlook.canAsk else { return }
            if outlook.needsPause {
                try await batch.clock.sleep(
                    batch.clock.backoff(record.attempts, first: .seconds(1), longest: .seconds(60), atLeast: nil))
            }
            try await retry(batch, after: record.attempts)
        }
    }

    /// Another process may have been faster; its attempt is then waited for.
    private static func retry(_ batch: Batch, after attempts: Int) async throws {
        do {
            try await batch.retry()
        } catch let error as LLMBatchError where error.code == .heldElsewhere || error.code == .wrongState {
            guard error.code == .wrongState, try await batch.record().attempts == attempts else { return }
            throw error
        }
    }

    private static func outlook(_ batch: Batch) async throws -> Outlook {
        var outlook = Outlook()
        for try await result in batch.results(.unsuccessful) {
            if asksAgain(result) { outlook.canAsk = true }
            if asksAgain(result), result.outcome != .invalid { outlook.needsPause = true }
            if outlook.canAsk, outlook.needsPause { break }
        }
        return outlook
    }

    /// True for a failure that may well succeed when it is retried.
    @Sendable private static func asksAgain(_ result: BatchResult) -> Bool {
        switch result.outcome {
        case .invalid, .missing, .expired: true
        case .succeeded, .cancelled: false
        case .errored:
            switch result.statusCode {
            case 408?, 409?, 425?, 429?: true
            case .some(400..<500): false
            case .some: true
            case nil: ProviderError.Kind(rawValue: result.error?.code ?? "")?.isTransient ?? true
            }
        }
    }
}
