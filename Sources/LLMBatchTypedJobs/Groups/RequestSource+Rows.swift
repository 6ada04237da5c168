import LLMBatchSchema
import LLMBatchCore

extension RequestSource {
    /// The rows of a typed job, grouped into its requests.
    static func groups(_ rows: RowSource, of definition: TypedJobDefinition) -> RequestSource {
        .made(rows.name) { receive in
            var writer = try RowGroupWriter(definition)
            try await rows.read { row in
                for request in try writer.add(row) { try await receive(request) }
            }
            for request in try writer.rest() { try await receive(request) }
        }
    }
}
