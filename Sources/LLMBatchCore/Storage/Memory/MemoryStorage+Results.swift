import Foundation

extension MemoryStorage {
    package func ingest(
        _ results: [IncomingResult], progress: CollectionProgress?, into job: ProviderJobID, claim: Claim
    ) async throws -> IngestReport {
        var report = IngestReport()
        let time = now()
        try change(claim) { batch in
            let index = try batch.index(of: job)
            if let progress { batch.attempts[index].jobs[job.index]?.state.collected = progress }
            for result in results { batch.ingest(result, job: job, attempt: index, at: time, report: &report) }
        }
        return report
    }

    package func amendProviderJob(
        _ job: ProviderJobID, with results: [IncomingResult], claim: Claim
    ) async throws -> IngestReport {
        var report = IngestReport()
        let time = now()
        try change(claim) { batch in
            let index = try batch.index(of: job)
            guard batch.attempts[index].jobs[job.index]?.state.phase == .ended else {
                throw LLMBatchError.notEnded(job)
            }
            for result in results { batch.amend(result, job: job, attempt: index, at: time, report: &report) }
        }
        if report.stored > 0 { answered = AnsweredContents() }
        return report
    }

    package func endProviderJob(
        _ job: ProviderJobID, state: ProviderJobState, closing: ProviderJobState.Closing, claim: Claim
    ) async throws -> OutcomeCounts {
        var counts = OutcomeCounts()
        let time = now()
        try checkToken(state.token, of: job)
        try change(claim) { batch in
            let index = try batch.index(of: job)
            let open = (batch.attempts[index].jobs[job.index]?.positions ?? []).filter {
                batch.attempts[index].tries[$0]?.result == nil
            }
            for position in open {
                let result = BatchResult(
                    customID: batch.requests[position].request.customID, position: position,
                    endpoint: batch.new.endpoint,
                    job: job, outcome: closing.outcome, statusCode: nil, error: closing.error, usage: TokenUsage(),
                    line: nil,
                    recordedAt: state.endedAt ?? time)
                batch.settle(result, source: nil, attempt: index)
            }
            batch.save(state, of: job, attempt: index)
            counts = batch.job(job.index, of: batch.attempts[index])?.counts ?? counts
            guard counts.open == 0 else { throw LLMBatchError.countsDisagree(job, counts) }
        }
        if let token = state.token { tokens[token] = job }
        return counts
    }

    package func results(_ query: ResultQuery) async throws -> Page<BatchResult> {
        let batch = try visible(query.batch)
        let start = (query.after ?? -1) + 1
        let found = (start..<max(start, batch.requests.count)).lazy.compactMap(batch.answer)
            .filter { query.outcomes?.contains($0.outcome) ?? true }
        return Page(overfull: Array(found.prefix(query.limit + 1)), limit: query.limit)
    }

    package func results(of id: BatchID, customIDs: [CustomID]) async throws -> [BatchResult] {
        let batch = try visible(id)
        return customIDs.compactMap { batch.positions[$0].flatMap(batch.answer) }
    }

    package func history(of id: BatchID, customIDs: [CustomID]) async throws -> [[RequestTry]] {
        let batch = try visible(id)
        return customIDs.map { customID in
            guard let position = batch.positions[customID] else { return [] }
            return batch.sealedAttempts.compactMap { state in
                guard let entry = state.tries[position] else { return nil }
                let job = ProviderJobID(batch: id, attempt: state.attempt.number, index: entry.job)
                return RequestTry(
                    attempt: state.attempt, job: job, remoteID: state.jobs[entry.job]?.state.remoteID,
                    asked: entry.asked, result: entry.result)
            }
        }
    }

    package func recordAnomalies(_ anomalies: [Anomaly], of job: ProviderJobID, claim: Claim) async throws {
        try change(claim) { batch in
            _ = try batch.index(of: job)
            anomalies.forEach { batch.note($0) }
        }
    }

    package func anomalies(of id: BatchID, after cursor: Int?, limit: Int) async throws -> Page<Anomaly> {
        let found = try visible(id).anomalies.filter { $0.number > cursor ?? 0 }
        return Page(overfull: Array(found.prefix(limit + 1)), limit: limit)
    }

    package func anomalies(
        of job: ProviderJobID, kind: Anomaly.Kind, after cursor: Int?, limit: Int
    ) async throws -> Page<Anomaly> {
        let found = try anomalies(of: job).filter { $0.kind == kind && $0.number > cursor ?? 0 }
        return Page(overfull: Array(found.prefix(limit + 1)), limit: limit)
    }

    package func anomalyCounts(of job: ProviderJobID) async throws -> [Anomaly.Kind: Int] {
        try anomalies(of: job).reduce(into: [:]) { $0[$1.kind, default: 0] += 1 }
    }

    private func anomalies(of job: ProviderJobID) throws -> some Sequence<Anomaly> {
        let batch = try visible(job.batch)
        _ = try batch.index(of: job)
        let numbers = batch.anomaliesOfJob[job.attempt]?[job.index] ?? []
        return numbers.lazy.map { batch.anomalies[$0 - 1] }
    }
}

extension MemoryBatch {
    fileprivate mutating func amend(
        _ incoming: IncomingResult, job: ProviderJobID, attempt: Int, at time: Date, report: inout IngestReport
    ) {
        guard let position = positions[incoming.customID], let entry = attempts[attempt].tries[position],
            entry.job == job.index, let held = entry.result
        else { return }
        let stored = StoredOutcome(outcome: held.outcome, code: held.error?.code, source: entry.source)
        guard incoming.completes(stored) else { report.repeated += 1; return }
        report.stored += 1
        settle(
            incoming.result(position: position, endpoint: new.endpoint, job: job, at: time),
            source: incoming.source, attempt: attempt)
    }

    mutating func ingest(
        _ incoming: IncomingResult, job: ProviderJobID, attempt: Int, at time: Date, report: inout IngestReport
    ) {
        let own = positions[incoming.customID].flatMap { position in
            attempts[attempt].tries[position].map { (position, $0) }
        }
        guard let (position, entry) = own, entry.job == job.index else {
            report.anomalies += 1
            return note(.unknownID(incoming, job: job))
        }
        let isReadAtLast = entry.result?.error?.code == OpenAIResultLine.unreadableCode && incoming.canBeRead
        if entry.result != nil, !isReadAtLast {
            if entry.source == incoming.source { report.repeated += 1; return }
            report.anomalies += 1
            return note(.duplicate(incoming, job: job))
        }
        report.stored += 1
        settle(
            incoming.result(position: position, endpoint: new.endpoint, job: job, at: time),
            source: incoming.source, attempt: attempt)
    }
}
