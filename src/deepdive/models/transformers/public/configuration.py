"""Keys of config.json that every family has, and what activations are called."""

from deepdive.keys import Keys, Kind, harmless, one_of, only, refused_unless

CONFIGURATION = "config.json"
"""What messages call it."""

ACTIVATIONS = one_of(
    {
        "relu": "relu",
        "gelu": "gelu",
        "gelu_python": "gelu",
        "gelu_new": "gelu-tanh",
        "gelu_fast": "gelu-tanh",
        "gelu_accurate": "gelu-tanh",
        "gelu_pytorch_tanh": "gelu-tanh",
        "gelu_python_tanh": "gelu-tanh",
        "silu": "silu",
        "swish": "silu",
    }
)
"""Published names of what feed-forward networks may have between their products, and ours."""

COMMON: Keys = {
    **harmless(
        "of generation, which has settings of its own here",
        *("max_length", "max_new_tokens", "min_length", "min_new_tokens", "do_sample", "early_stopping", "num_beams"),
        *("num_beam_groups", "diversity_penalty", "temperature", "top_k", "top_p", "min_p", "typical_p"),
        *("epsilon_cutoff", "eta_cutoff", "repetition_penalty", "encoder_repetition_penalty", "length_penalty"),
        *("no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids", "force_words_ids"),
        *(
            "num_return_sequences",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "remove_invalid_values",
            "penalty_alpha",
        ),
        *("exponential_decay_length_penalty", "suppress_tokens", "begin_suppress_tokens", "renormalize_logits"),
        *("task_specific_params", "prefix", "bos_token_id", "eos_token_id", "sep_token_id", "cls_token_id"),
    ),
    **harmless(
        "of what a call gives besides, of speed or of memory",
        *("use_cache", "output_hidden_states", "output_attentions", "output_scores", "return_dict"),
        *("return_dict_in_generate", "output_past", "chunk_size_feed_forward", "gradient_checkpointing", "torchscript"),
        *("attn_implementation", "_attn_implementation", "_attn_implementation_internal", "_experts_implementation"),
        *("experts_implementation", "_experts_implementation_internal", "_output_attentions", "tie_last_hidden_states"),
        *("xla_device", "use_bfloat16", "tf_legacy_loss"),
    ),
    **harmless("the file's own form: weights become those of the network, exactly", "torch_dtype", "dtype"),
    **harmless(
        "of a head for classes, which is not read here",
        *("num_labels", "id2label", "label2id", "problem_type", "finetuning_task", "classifier_dropout"),
    ),
    **harmless(
        "of the weights' beginning, or of where they are from",
        *("initializer_range", "initializer_factor", "transformers_version", "_name_or_path", "name_or_path"),
        *("_commit_hash", "tokenizer_class", "_post_init_done", "license", "language"),
    ),
    **harmless("padding is masked by lengths, whatever its token", "pad_token_id"),
    **refused_unless(only(None, {}), "heads are cut off", "pruned_heads"),
    **refused_unless(only(None), "quantised weights are no floating-point ones", "quantization_config"),
    **refused_unless(only(None), "a program of its own makes the network", "auto_map"),
    **refused_unless(
        only(None),
        "of another family of networks",
        *("rope_theta", "rope_scaling", "rope_parameters", "rotary_dim", "rotary_pct", "rotary_emb_base"),
        *("partial_rotary_factor", "num_key_value_heads", "sliding_window", "attention_chunk_size", "layer_types"),
        *("per_layer_config", "cross_attention_hidden_size"),
    ),
    **refused_unless(only(False, None), "the encoder's weights would be the decoder's", "tie_encoder_decoder"),
}
"""Of all families; a family's own table says what differs."""


def classes_of(family: str, *others: str) -> Kind:
    """A list of classes of one family, such as ``BertForMaskedLM``."""

    def accepts(value: object) -> bool:
        if value is None:
            return True
        return isinstance(value, list) and all(
            isinstance(name, str) and (name in others or name == f"{family}Model" or name.startswith(f"{family}For"))
            for name in value
        )

    return Kind(f"classes of {family}, such as ['{family}Model']", accepts)
