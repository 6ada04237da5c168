import Foundation
public import LLMBatchCore

/// Finding a job again whose create call gave no answer.
extension OpenRouterBatchProvider {
    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        // Clocks differ; five minutes are more than any that is kept. And no call is under way for a day.
        let earliest = trace.since.addingTimeInterval(-300)
        let latest = trace.since.addingTimeInterval(86_400)
        let listed = try await OpenAIListing(transport: transport).all(
            ["batches"], query: [], limit: 100, atMost: 100_000
        ) { OpenAIWire.date($0, "created_at").map { $0 < earliest } ?? false }
        var jobs: [RemoteJob] = []
        for var job in listed.compactMap(OpenAIWire.job) {
            // Before it has looked at the requests, the service counts none.
            let total = job.reported?.total ?? 0
            guard job.createdAt.map({ $0 <= latest }) ?? true, total == 0 || total == trace.requests else { continue }
            guard let evidence = try await evidence(that: job, is: trace) else { continue }
            job.evidence = evidence
            jobs.append(job)
        }
        return jobs.sorted { ($0.createdAt ?? .distantPast, $0.id) < ($1.createdAt ?? .distantPast, $1.id) }
    }

    /// What a job of the right time and size proves: its results name its requests. Nil when it is another one.
    private func evidence(
        that job: RemoteJob, is trace: JobTrace
    ) async throws(ProviderError) -> RemoteJob.Evidence? {
        guard job.status.isFinal else { return .circumstance }
        var first: String?
        do throws(ProviderError) {
            _ = try await read(job.id) { element in
                if first == nil { first = (try? JSONObject(element))?.string("custom_id") }
            }
        } catch {
            // A job that was deleted shows nothing, and ends no search.
            guard error.kind == .notFound else { throw error }
        }
        guard let first else { return .circumstance }
        return first.hasPrefix(trace.idPrefix) ? .proof : nil
    }
}
