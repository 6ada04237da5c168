public import LLMBatchCore

extension VertexAIBatchProvider {
    public func results(
        of files: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        // A bucket as a whole is nobody's output.
        guard let folder = try await folder(of: files)?.folder, !folder.name.isEmpty else { return }
        var progress = files.collected
        // The answers may stand in several objects; each is read on from where an earlier collection stopped.
        for entry in try await storage.objects(in: folder) where entry.name.hasSuffix(".jsonl") {
            let name = String(entry.name.dropFirst(folder.name.count))
            guard progress[name].bytes < entry.size else { continue }
            var reader = ResultLines(
                name: name, from: progress[name], idKey: VertexRow.idKey(at: files.endpoint),
                credential: transport.credential
            ) {
                VertexResultLine.read($0, source: $1, endpoint: files.endpoint)
            }
            let object = CloudObject(bucket: folder.bucket, name: entry.name)
            try await storage.download(object, from: progress[name].bytes) { chunk in
                let lines = reader.lines(in: chunk)
                guard !lines.isEmpty else { return }
                progress[name] = reader.position
                try await receive(lines, progress)
            }
            let rest = reader.rest()
            progress[name] = reader.position
            if !rest.isEmpty { try await receive(rest, progress) }
        }
    }
}
