extension RemoteJob {
    /// The same job with a failure that names its request, where the provider names a line of the upload. Its owner
    /// knows custom ids and the lines of a file, not lines of the upload.
    func namingRequest(of job: ProviderJobID, _ storage: any BatchStorage) async -> RemoteJob {
        guard let line = failureLine, let failure else { return self }
        var place = "line \(line) of the upload"
        // Only for the message: a storage that cannot be read now does not hide the failure.
        if let request = try? await Self.request(at: line, of: job, storage) {
            let own = request.sourceLine.map { "line \($0) of the input, " } ?? ""
            place = "request \"\(request.request.customID)\" (\(own)\(place))"
        }
        var named = self
        named.failure = ResultError(code: failure.code, message: "\(place): \(failure.message)")
        return named
    }

    /// The request of the n-th line of the job's input.
    private static func request(
        at line: Int, of job: ProviderJobID, _ storage: any BatchStorage
    ) async throws -> StoredRequest? {
        guard line > 0 else { return nil }
        var query = ProviderJobRequestQuery(job: job)
        var passed = 0
        while true {
            let page = try await storage.providerJobRequests(query).elements
            if passed + page.count >= line { return page[line - passed - 1] }
            guard let last = page.last else { return nil }
            passed += page.count
            query.after = last.position
        }
    }
}
