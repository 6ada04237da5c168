import Foundation
public import LLMBatchCore

/// Finding a job again whose create call gave no answer.
extension AnthropicBatchProvider {
    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        var jobs: [RemoteJob] = []
        for candidate in try await candidates(like: trace) {
            guard let evidence = try await evidence(that: candidate, is: trace) else { continue }
            var job = candidate
            job.evidence = evidence
            jobs.append(job)
        }
        return jobs.sorted { ($0.createdAt ?? .distantPast, $0.id) < ($1.createdAt ?? .distantPast, $1.id) }
    }

    /// The jobs whose time and size fit.
    private func candidates(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        // Clocks differ; five minutes are more than any that is kept. And no call is under way for a day.
        let earliest = trace.since.addingTimeInterval(-300)
        let latest = trace.since.addingTimeInterval(86_400)
        var found: [RemoteJob] = []
        try await list { object in
            guard let job = AnthropicWire.job(object) else { return true }
            if let created = job.createdAt {
                if created < earliest { return false }
                if created > latest { return true }
            }
            if AnthropicWire.requests(of: object) == trace.requests { found.append(job) }
            return true
        }
        return found
    }

    /// Gives the objects of the list, newest first, to `take` until that says that it has seen enough.
    ///
    /// A page that repeats what was seen ends the list.
    private func list(_ take: (JSONObject) -> Bool) async throws(ProviderError) {
        var seen: Set<String> = []
        var after: String?
        while seen.count < 100_000 {
            let cursor = after.map { [("after_id", $0)] } ?? []
            let reply = try await transport.send(.init(path: Self.batches, query: [("limit", "1000")] + cursor))
            let page = try WireReading.object(reply)
            guard let objects = page.objects("data") else { throw WireReading.unreadable }
            for object in objects {
                guard let id = object.string("id"), seen.insert(id).inserted else { return }
                guard take(object) else { return }
            }
            guard page.isTrue("has_more"), let last = objects.last?.string("id") else {
                return
            }
            after = last
        }
    }

    /// What a job of the right time and size proves: its results name its requests. Nil when it is another one.
    private func evidence(
        that job: RemoteJob, is trace: JobTrace
    ) async throws(ProviderError) -> RemoteJob.Evidence? {
        guard job.status.isFinal, job.outputFileID != nil else { return .circumstance }
        switch try await firstID(of: job) {
        case .some(let id): return id.hasPrefix(trace.idPrefix) ? .proof : nil
        case nil: return .circumstance
        }
    }

    /// The id in the first line of a job's results that has one.
    private func firstID(of job: RemoteJob) async throws(ProviderError) -> String? {
        var reader = ResultLines(
            name: "output", from: .init(bytes: 0, lines: 0), idKey: "custom_id", credential: transport.credential
        ) {
            AnthropicResultLine.read($0, source: $1, endpoint: .chatCompletions)
        }
        do {
            try await transport.stream(.init(target: address(job.outputFileID, of: job.id))) { chunk in
                for case .result(let result) in reader.lines(in: chunk) { throw FoundID(id: result.customID.rawValue) }
            }
            for case .result(let result) in reader.rest() { return result.customID.rawValue }
            return nil
        } catch let found as FoundID {
            return found.id
        } catch let error as ProviderError where error.kind == .notFound {
            return nil
        } catch {
            throw ProviderError(transport: error)
        }
    }

    /// Ends the stream: what was looked for stands in its first line.
    private struct FoundID: Error {
        let id: String
    }
}
