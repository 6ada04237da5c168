public import LLMBatchCore

extension ProviderDescription {
    /// Source: Amazon Bedrock user guide, "Process multiple prompts with batch inference"; its service quotas and prices.
    public static let bedrock = ProviderDescription(
        name: "bedrock", title: "Amazon Bedrock",
        limits: BatchLimits(
            requests: 50_000, minimumRequests: 100, bytes: 1_000_000_000, oneModel: true,
            endpoints: [.chatCompletions, .embeddings], ids: IDRule(.alphanumeric, longest: 64)),
        window: 7 * 86_400, keepsAnswersOnCancel: true, keepsAnswersOnExpiry: true, recovery: .idempotent,
        credentials: [
            "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ],
        options: BatchOptions.with([
            "bucket": "the S3 bucket for inputs and answers, in the region of the job",
            "bucket-owner": "the account that the bucket must belong to",
            "converse": "true creates jobs of the type Converse, with one request format for all models",
            "family": "the family of a model whose ARN does not show it, such as anthropic or llama3",
            "hours": "how long a job may take, from 24 to 168",
            "iam-endpoint": "the IAM endpoint, if not Amazon's own",
            "kms-key": "the key that encrypts the answers",
            "max-tokens": "the max_tokens of Anthropic requests that set none; 4096",
            "minimum-requests": "the minimum number of requests per job, if your quota is not 100",
            "native": "true sends bodies unchanged; they are already in the model's native format",
            "prefix": "the prefix of input and output keys; llmbatch",
            "profile": "the profile of the shared config and credentials files",
            "recovered": "true for a batch recovered from a job, which is only read",
            "region": "where jobs run; AWS_REGION, AWS_DEFAULT_REGION, or that of the profile, when left out",
            "role": "the ARN of the role that Bedrock assumes to access the bucket",
            "s3-endpoint": "the S3 endpoint, if not Amazon's own",
            "structured-output": "how a JSON schema is sent to Anthropic models: tool, or format",
        ]),
        portableOptions: BatchOptions.portable(
            "converse", "family", "hours", "max-tokens", "minimum-requests", "native", "recovered", "structured-output"),
        caveats: [
            "A job, retries included, needs at least 100 requests; send smaller sets to another provider.",
            "The answers, which include the requests, stay in your bucket until you delete them.",
            "A model without an adapter is sent chat completions unchanged.",
            "Embeddings are supported for Titan Text Embeddings, one text per request, and for Cohere Embed.",
            "A job's time limit is a day to a week, as configured; unfinished requests then expire.",
        ], aliases: ["aws", "amazon"])
}
