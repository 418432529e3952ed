# !! Contents within this block are managed by 'conda init' !!
__conda_setup="$('{{ anaconda_prefix }}/bin/conda' 'shell.{{ shell }}' 'hook' 2> /dev/null)"
if [ $? -eq 0 ]; then
    eval "$__conda_setup"
else
    if [ -f "{{ anaconda_prefix }}/etc/profile.d/conda.sh" ]; then
        . "{{ anaconda_prefix }}/etc/profile.d/conda.sh"
    else
        export PATH="{{ anaconda_prefix }}/bin:$PATH"
    fi
fi
unset __conda_setup
