import Foundation
public import LLMBatchCore

/// Finding a job again whose create call gave no answer.
extension OpenRouterBatchProvider {
    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        let list = OpenAIListing(transport: transport).list(["batches"], limit: 100, of: "jobs")
        let candidates = try await list.search { object -> RemoteJob? in
            guard let job = OpenAIWire.job(object), trace.fits(job.createdAt) else { return nil }
            // Before it has looked at the requests, the service counts none.
            let total = job.reported?.total ?? 0
            return total == 0 || total == trace.requests ? job : nil
        }
        return try await candidates.proved { (job) throws(ProviderError) in try await evidence(that: job, is: trace) }
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
