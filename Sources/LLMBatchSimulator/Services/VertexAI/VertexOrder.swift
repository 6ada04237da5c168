import Foundation
import LLMBatchCore

/// The contents of a create call, with the checks that the service makes at once.
struct VertexOrder {
    let form: VertexForm
    let inputURI: String
    let labels: [String: String]

    /// Source: discovery document of `aiplatform` v1, `GoogleCloudAiplatformV1BatchPredictionJob`.
    init(_ body: JSONNode) throws(Refusal) {
        guard body.isObject else { throw .google(400, "Invalid JSON payload received.") }
        if let unknown = body.keys.first(where: { !Self.known.contains($0) }) {
            throw .google(400, "Invalid JSON payload received. Unknown name \"\(unknown)\": Cannot find field.")
        }
        guard (1...128).contains(body["displayName"]?.text?.count ?? 0) else {
            throw .google(400, "display_name is required.")
        }
        let model = body["model"]?.text ?? ""
        let parts = model.split(separator: "/")
        guard parts.count == 4 && parts[0] == "publishers" || parts.first == "projects" else {
            throw .google(400, "Invalid resource name: \(model).")
        }
        form = VertexForm(model: model)
        let input = body["inputConfig"]
        let uris = input?["gcsSource"]?["uris"]?.elements?.compactMap(\.text) ?? []
        guard input?["instancesFormat"] == "jsonl", uris.count == 1, uris[0].hasPrefix("gs://") else {
            throw .google(400, "input_config must be one JSONL file in Cloud Storage.")
        }
        inputURI = uris[0]
        guard body["outputConfig"]?["predictionsFormat"] == "jsonl", Self.outputPrefix(body).hasPrefix("gs://") else {
            throw .google(400, "output_config must be a prefix in Cloud Storage.")
        }
        labels = body["labels"]?.texts ?? [:]
        for (key, value) in labels where !Self.isLabel(key) || !Self.isLabel(value) {
            throw .google(400, "Invalid label: \(key)")
        }
    }

    /// The prefix of the results, without a slash at its end.
    static func outputPrefix(_ body: JSONNode) -> String {
        let prefix = body["outputConfig"]?["gcsDestination"]?["outputUriPrefix"]?.text ?? ""
        return prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
    }

    private static func isLabel(_ text: String) -> Bool {
        text.count <= 64 && text.allSatisfy { ($0.isLetter && $0.isLowercase) || $0.isNumber || $0 == "_" || $0 == "-" }
    }

    private static let known: Set = [
        "displayName", "model", "inputConfig", "outputConfig", "labels", "serviceAccount", "encryptionSpec",
        "modelParameters", "instanceConfig", "name", "unmanagedContainerModel", "dedicatedResources",
    ]
}

/// A filter for a list of jobs: `state="JOB_STATE_RUNNING" AND labels.job="x"`.
struct VertexFilter {
    private var terms: [(field: String, value: String)] = []

    init(_ text: String) throws(Refusal) {
        guard !text.isEmpty else { return }
        for term in text.components(separatedBy: " AND ") {
            let sides = term.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard sides.count == 2, sides[1].count >= 2, sides[1].hasPrefix("\""), sides[1].hasSuffix("\"") else {
                throw .google(400, "Invalid filter: \(text)")
            }
            guard sides[0].hasPrefix("labels.") || ["state", "display_name", "displayName"].contains(sides[0]) else {
                throw .google(400, "Invalid field of filter: \(sides[0])")
            }
            terms.append((sides[0], String(sides[1].dropFirst().dropLast())))
        }
    }

    func takes(_ job: ServiceJob) -> Bool {
        terms.allSatisfy { term in
            switch term.field {
            case "state": GoogleFormat.state(job.status, prefix: "JOB_STATE_") == term.value
            case "display_name", "displayName": job.order["displayName"]?.text == term.value
            default: job.metadata?[String(term.field.dropFirst("labels.".count))] == term.value
            }
        }
    }
}
