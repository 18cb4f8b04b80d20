"""Uploaded files stay in memory as long as their session, unless they are forgotten."""

from collections.abc import Iterable

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

PAGE = "shell.page"


def forget_on_another_page(page: str) -> None:
    """Free the memory of all files of this session that were uploaded on another page than this one."""
    context = get_script_run_ctx()
    if context and st.session_state.get(PAGE, page) != page:
        context.uploaded_file_mgr.remove_session_files(context.session_id)
    st.session_state[PAGE] = page


def forget(files: Iterable[UploadedFile]) -> None:
    """Free the memory of files that were read, and whose control is gone."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
